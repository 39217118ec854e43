/// What a method for tokens knows of the run when it makes a step.
public struct TokenStep: Sendable {
  /// The logarithms of the weights of every class, of each token: `[samples, tokens, classes]`.
  public let logits: Tensor
  /// The classes of each sample's tokens.
  public let tokens: [[Int]]
  /// The timestep, and its index in the run.
  public let timestep, index: Int
  /// The number of steps of the run.
  public let count: Int

  /// The number of classes that the model knows.
  public var classCount: Int { logits.shape[2] }
  /// The number of tokens of a sample.
  public var length: Int { logits.shape[1] }
  /// The number of samples.
  public var rowCount: Int { logits.shape[0] }

  /// The logits of a token, by its place among those of all samples, divided by a temperature.
  func logits(of place: Int, temperature: Double = 1) -> [Float] {
    let classes = logits.elements[place * classCount..<(place + 1) * classCount]
    let divisor = Float(temperature)
    return temperature == 1 ? Array(classes) : classes.map { $0 / divisor }
  }

  /// The indices of the tokens of all samples.
  var places: Range<Int> { 0..<rowCount * length }

  /// A list with an entry for each token, as one list for each sample.
  func rows<Entry>(_ entries: [Entry]) -> [[Entry]] {
    (0..<rowCount).map { Array(entries[$0 * length..<($0 + 1) * length]) }
  }
}

/// What a step made of tokens.
public struct TokenOutput: Sendable, Hashable {
  /// The tokens to give the model next.
  public var prevSample: [[Int]]
  /// The tokens that were drawn from what the model says (`sampled_tokens`; for masked tokens, with the given ones between
  /// them, `pred_original_sample`).
  public var sampledTokens: [[Int]]
  /// The probabilities of the tokens that were drawn (`sampled_probs`).
  public var sampledProbabilities: [[Float]]
  /// Which tokens the step took over (`accepted_index`, `transfer_index`).
  public var isAccepted: [[Bool]]
  /// Which tokens that had been taken over before it replaced (`editing_transfer_index`).
  public var isEdited: [[Bool]]

  /// What a step made.
  public init(
    prevSample: [[Int]], sampledTokens: [[Int]], sampledProbabilities: [[Float]], isAccepted: [[Bool]],
    isEdited: [[Bool]]
  ) {
    (self.prevSample, self.sampledTokens, self.sampledProbabilities) = (prevSample, sampledTokens, sampledProbabilities)
    (self.isAccepted, self.isEdited) = (isAccepted, isEdited)
  }
}

/// Softmax of logits, rounded once.
func softmax(_ logits: [Float]) -> [Float] {
  let largest = Double(logits.max() ?? 0)
  let weights = logits.map { exp(Double($0) - largest) }
  let sum = weights.reduce(0, +)
  return weights.map { Float($0 / sum) }
}

extension Array where Element: Comparable {
  /// The index of the largest element, the first of several.
  var indexOfLargest: Int { indices.reduce(0) { self[$1] > self[$0] ? $1 : $0 } }

  /// The indices in the order of their elements, those of equal ones as they are.
  func sortedIndices(by precedes: (Element, Element) -> Bool) -> [Int] {
    indices.sorted { precedes(self[$0], self[$1]) || !precedes(self[$1], self[$0]) && $0 < $1 }
  }
}
