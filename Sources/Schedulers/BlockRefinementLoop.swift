public import Scheduling

// What a pipeline asks between the steps of a block.

extension TokenSampler<BlockRefinement> {
  /// Whether a block wants another step: `check_block_should_continue`.
  ///
  /// - Parameters:
  ///   - steps: The number of steps that have filled in masks.
  ///   - hadMasks: Whether there were masks before the last step.
  ///   - edits: Whether committed tokens are edited at all.
  ///   - output: What the last step came to.
  ///   - editingSteps: The number of steps without masks so far.
  ///   - limit: How many of those there may be.
  ///   - hasEnded: Which samples have come to their end.
  public func continues(
    after steps: Int, hadMasks: Bool, edits: Bool, _ output: TokenOutput, editingSteps: Int, atMost limit: Int,
    hasEnded: [Bool]
  ) -> Bool {
    guard hasEnded.contains(false) else { return false }
    if hadMasks { return steps < timesteps.count }
    return edits && output.isEdited.joined().contains(true) && editingSteps <= limit
  }
}

extension BlockRefinementScheduler {
  /// Whether a sample has come to its end with a step: `check_eos_finished`.
  ///
  /// It has when the step committed a token that says so, and everything between the prompt and the first of those tokens is
  /// filled in.
  ///
  /// - Parameters:
  ///   - tokens: All tokens of the sample so far, the prompt's and those of the block that was stepped included.
  ///   - drawn: The tokens that the step drew for the block.
  ///   - isChanged: Which of them were committed or edited.
  ///   - end: The class of tokens that say that the sample ends.
  ///   - maskToken: The class of masked tokens.
  ///   - promptLength: The number of the prompt's tokens.
  public static func hasEnded(
    _ tokens: [Int], drawn: [Int], isChanged: [Bool], end: Int, maskToken: Int, promptLength: Int
  ) -> Bool {
    guard zip(drawn, isChanged).contains(where: { $0 == end && $1 }), let first = tokens.firstIndex(of: end),
      first >= promptLength
    else { return false }
    return !tokens[max(0, promptLength)..<first].contains(maskToken)
  }
}
