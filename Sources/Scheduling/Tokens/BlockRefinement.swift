/// Blocks of tokens that are refined step by step, the tokens that a model is surest of being committed first (LLaDA 2 and
/// DiffusionGemma).
///
/// With a class for masked tokens, a step fills in masks. Without one, tokens that are not committed are noise: any tokens,
/// drawn anew in every step; the method then remembers which ones are committed. Either way tokens that are committed may be
/// edited afterwards.
public struct BlockRefinement: TokenMethod {
  /// How many tokens a step commits at least, by its index.
  public let transfers: [Int]
  /// What steps are asked for, which may change between them.
  public var options: BlockRefinementOptions
  /// The tokens that are committed, where none are masked; empty before the first step.
  var committed: [[Bool]] = []

  /// A method for blocks of so many tokens, which are distributed evenly over the steps, the first ones having one more.
  public init(blockLength: Int, steps: Int, options: BlockRefinementOptions = BlockRefinementOptions()) {
    transfers = (0..<steps).map { blockLength / steps + ($0 < blockLength % steps ? 1 : 0) }
    self.options = options
  }

  /// The class of masked tokens.
  public var mask: Int? { options.maskToken }

  /// Steps count from 0 up, also beyond the last one, and the scheduler's timesteps down; a step at 0 begins a block.
  public static var hasFreeOrder: Bool { true }

  /// Refuses options that are none.
  public func check(_ step: TokenStep) throws(SchedulerError) {
    try SchedulerError.check(temperature: options.temperature)
    if let share = options.topP, !(share > 0) {
      throw .argument("topP", share, wants: "above 0", "leave it out to draw from all classes")
    }
    if let prompt = options.promptMask, prompt.count != step.length {
      throw .shape(
        "a prompt of \(prompt.count) of \(step.length) tokens", "say for every token whether it is the prompt's")
    }
  }

  /// Commits and edits tokens.
  public mutating func step(_ step: TokenStep, using generator: inout TorchGenerator) -> TokenOutput {
    let (drawn, probabilities) = options.drawn(step, using: &generator)
    let (tokens, shares) = (step.rows(drawn), step.rows(probabilities))
    let accepted: [[Bool]], edited: [[Bool]]
    var next = step.tokens
    if let mask {
      accepted = filled(step, shares, mask: mask)
      edited = corrected(step, tokens, shares, mask: mask)
    } else {
      if step.timestep == 0 || committed.count != step.rowCount || committed.first?.count != step.length {
        committed = step.tokens.map { $0.map { _ in false } }
      }
      (accepted, edited) = (committing(step, shares), replaced(step, tokens, shares))
    }
    for (row, place) in step.rowsAndPlaces where accepted[row][place] || edited[row][place] {
      next[row][place] = tokens[row][place]
    }
    if mask == nil {
      let random = step.rows(step.random(using: &generator))
      for (row, place) in step.rowsAndPlaces {
        if accepted[row][place] { committed[row][place] = true }
        if !committed[row][place] { next[row][place] = random[row][place] }
      }
    }
    return TokenOutput(
      prevSample: next, sampledTokens: tokens, sampledProbabilities: shares, isAccepted: accepted, isEdited: edited)
  }

  // MARK: With masks

  /// Which masks are filled in: those that are surer than the threshold, or the surest ones, if the former are too few.
  private func filled(_ step: TokenStep, _ shares: [[Float]], mask: Int) -> [[Bool]] {
    let wanted = transfers[min(step.timestep, transfers.count - 1)]
    let anyMasked = step.tokens.joined().contains(mask)
    return zip(step.tokens, shares).map { tokens, shares in
      var isFilled = tokens.map { _ in false }
      guard anyMasked else { return isFilled }
      let confidences = zip(tokens, shares).map { $0 == mask ? $1 : -Float.infinity }
      let sure = confidences.indices.filter { confidences[$0] > Float(options.threshold) }
      let count = min(wanted, tokens.count { $0 == mask })
      let chosen = sure.count >= wanted ? sure : Array(confidences.sortedIndices(by: >).prefix(count))
      for place in chosen { isFilled[place] = true }
      return isFilled
    }
  }

  /// Which tokens that are neither masked nor the prompt's the model would rather have others for.
  private func corrected(_ step: TokenStep, _ drawn: [[Int]], _ shares: [[Float]], mask: Int) -> [[Bool]] {
    let threshold = options.editingThreshold ?? 0
    return step.tokens.indices.map { row in
      step.tokens[row].indices.map { place in
        let token = step.tokens[row][place]
        let isOpen = token != mask && options.promptMask?[place] != true
        return threshold > 0 && isOpen && shares[row][place] > Float(threshold) && drawn[row][place] != token
      }
    }
  }

  // MARK: Without masks

  /// Which tokens are newly committed: the surest ones, as many as are due, and those that are surer than the threshold.
  private func committing(_ step: TokenStep, _ shares: [[Float]]) -> [[Bool]] {
    let due = ((step.timestep + 1) * step.length + step.count - 1) / step.count
    return zip(committed, shares).map { committed, shares in
      let needed = max(0, due - committed.count { $0 })
      let order = zip(committed, shares).map { $0 ? -Float.infinity : $1 }.sortedIndices(by: >)
      var isNew = shares.map { $0 > Float(options.threshold) }
      for place in order.prefix(needed) { isNew[place] = true }
      return zip(isNew, committed).map { $0 && !$1 }
    }
  }

  /// Which committed tokens the model would rather have others for.
  private func replaced(_ step: TokenStep, _ drawn: [[Int]], _ shares: [[Float]]) -> [[Bool]] {
    step.tokens.indices.map { row in
      step.tokens[row].indices.map { place in
        guard let threshold = options.editingThreshold, committed[row][place] else { return false }
        return shares[row][place] > Float(threshold) && drawn[row][place] != step.tokens[row][place]
      }
    }
  }
}

extension TokenStep {
  /// The indices of all samples and of their tokens.
  fileprivate var rowsAndPlaces: [(Int, Int)] {
    tokens.indices.flatMap { row in tokens[row].indices.map { (row, $0) } }
  }
}
