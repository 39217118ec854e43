/// What the steps of ``BlockRefinement`` are asked for, by the names that `step` of `diffusers` has for them.
public struct BlockRefinementOptions: Sendable, Hashable, Codable {
  /// How tokens are drawn.
  public enum Sampling: String, Sendable, Hashable, Codable, CaseIterable {
    /// By chance if there is a temperature.
    case auto
    /// The most likely ones.
    case greedy
    /// By chance, if there is a temperature.
    case multinomial
  }

  /// The class of masked tokens; `nil` where tokens are exchanged for others and none are masked.
  public var maskToken: Int?
  /// What logits are divided by before tokens are drawn; 0 takes the most likely ones.
  public var temperature = 0.0
  /// Classes are drawn only of the likeliest, as many as have this share of the probability together.
  public var topP: Double?
  /// Classes are drawn only of so many of the likeliest; of all if it is below 1.
  public var topK: Int?
  /// How tokens are drawn.
  public var sampling = Sampling.auto
  /// Above which probability a token is committed in any case.
  public var threshold = 0.95
  /// Above which probability a token that is committed is exchanged for another one; with masks, only if it is above 0.
  public var editingThreshold: Double?
  /// Which tokens of a block are the prompt's, and never edited.
  public var promptMask: [Bool]?

  /// The options of `diffusers`.
  public init(
    maskToken: Int? = nil, temperature: Double = 0, threshold: Double = 0.95, editingThreshold: Double? = nil
  ) {
    (self.maskToken, self.temperature) = (maskToken, temperature)
    (self.threshold, self.editingThreshold) = (threshold, editingThreshold)
  }

  /// A draw of every token, and the probabilities of what was drawn among what could be.
  func drawn(
    _ step: TokenStep, using generator: inout TorchGenerator
  ) -> (tokens: [Int], probabilities: [Float]) {
    guard temperature > 0, sampling != .greedy else { return step.drawn(temperature: 0, using: &generator) }
    var (tokens, probabilities): ([Int], [Float]) = ([], [])
    for place in step.places {
      let distribution = softmax(filtered(step.logits(of: place, temperature: temperature)))
      let token = generator.multinomial(distribution)
      tokens.append(token)
      probabilities.append(distribution[token])
    }
    return (tokens, probabilities)
  }

  /// Logits, with those of classes that are not drawn next to impossible.
  func filtered(_ logits: [Float]) -> [Float] {
    let none = -Float.greatestFiniteMagnitude
    var logits = logits
    if let topK, topK > 0, topK < logits.count {
      let least = logits.sorted(by: >)[topK - 1]
      logits = logits.map { $0 < least ? none : $0 }
    }
    guard let topP, topP < 1 else { return logits }
    let order = logits.sortedIndices(by: >)
    var (sum, isBeyond) = (0.0, false)
    for (place, share) in zip(order, softmax(order.map { logits[$0] })) {
      // The class that goes beyond the share is the last one to be drawn.
      if isBeyond { logits[place] = none }
      sum += Double(share)
      isBeyond = Float(sum) > Float(topP)
    }
    return logits
  }
}
