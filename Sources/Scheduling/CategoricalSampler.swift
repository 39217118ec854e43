/// A run whose samples are tokens of some classes, the last of which is a mask (Gu et al. 2022, VQ-Diffusion, arXiv
/// 2111.14822, algorithm 2).
///
/// Every step draws each token afresh from `p(x_{t−1} | x_t)`. It is no ``Sampler``, for nothing here is a weighted sum. Like
/// one it is a value that can be copied, encoded and continued.
///
/// ```swift
/// var tokens = [Array(repeating: run.transitions.mask, count: 1024)]
/// for t in run.timesteps { tokens = try run.step(model(tokens, t), t, tokens, using: &generator) }
/// ```
public struct CategoricalSampler: Sendable, Hashable, Codable {
  /// The timesteps to give the model, in order.
  public var timesteps: [Double] { walk.timesteps }
  /// What the training did to the tokens.
  public let transitions: CategoricalTransitions
  /// The index of the next timestep.
  public var position: Int { walk.position }
  private var walk: Walk

  /// A run over the last timesteps of a training, down to 0.
  ///
  /// - Throws: ``SchedulerError`` with the code `argument` when there are no steps, or more than the training has.
  public init(_ transitions: CategoricalTransitions, steps: Int) throws(SchedulerError) {
    guard (1...transitions.count).contains(steps) else {
      throw .argument(
        "steps", steps, wants: "from 1 to \(transitions.count)", "use at most as many as the training has")
    }
    (self.transitions, walk) = (transitions, Walk((0..<steps).reversed().map(Double.init)))
  }

  /// Whether every step has been made.
  public var isFinished: Bool { walk.isFinished }

  /// Draws the tokens of the next, less noisy timestep.
  ///
  /// - Parameters:
  ///   - output: The logarithms of the probabilities that the model gives the classes of the clean tokens; its shape is
  ///     `[samples, classes without the mask, tokens]`.
  ///   - timestep: The next of ``timesteps``.
  ///   - tokens: The classes of each sample's tokens.
  ///   - generator: Where chance comes from; every step draws once for each class of each token.
  /// - Returns: The next tokens.
  /// - Throws: ``SchedulerError`` with the code `order` when it is not this timestep's turn, `shape` when output and tokens do
  ///   not fit, `argument` for a class that there is not and an output that is not a number. Nothing has then been drawn.
  public mutating func step(
    _ output: Tensor, _ timestep: Double, _ tokens: [[Int]], using generator: inout TorchGenerator
  ) throws(SchedulerError) -> [[Int]] {
    try check(output, timestep, tokens)
    let (rows, length, isLast) = (output.rowCount, tokens[0].count, timestep == 0)
    // At timestep 0 the clean tokens are drawn, and none of them is masked.
    let classes = isLast ? transitions.mask : transitions.classCount
    let uniform = generator.rand([rows, classes, length])
    let posterior = isLast ? nil : CategoricalPosterior(transitions, at: Int(timestep))
    var room = Array(repeating: 0.0, count: classes)
    walk.advance(past: position)
    return (0..<rows).map { row in
      (0..<length).map { place in
        let first = row * transitions.mask * length + place
        for k in 0..<transitions.mask { room[k] = Double(output.elements[first + k * length]) }
        posterior?.apply(to: &room, token: tokens[row][place])
        return Self.drawn(from: room) { k in uniform.elements[(row * classes + k) * length + place] }
      }
    }
  }

  /// Refuses what does not fit.
  private func check(_ output: Tensor, _ timestep: Double, _ tokens: [[Int]]) throws(SchedulerError) {
    try walk.check(timestep)
    let length = tokens.first?.count ?? 0
    let shape = [tokens.count, transitions.mask, length]
    guard output.shape == shape, tokens.allSatisfy({ $0.count == length }) else {
      throw .shape(
        "the model's output has the shape \(output.shape), not \(shape)",
        "give a logarithm for each class but the mask, of each token, and as many tokens in every sample")
    }
    if let token = tokens.joined().first(where: { !(0...transitions.mask).contains($0) }) {
      throw .argument("a token", token, wants: "from 0 to \(transitions.mask)", "use the classes of the training")
    }
    guard !output.elements.contains(where: \.isNaN) else {
      throw .argument("the model's output", "not a number", wants: "made of logarithms", "check the model")
    }
  }

  /// The class that is drawn with these log probabilities, which need not be normalized: the one that is largest after
  /// Gumbel's noise is added; the first of those that are equally large.
  private static func drawn(from logits: [Double], uniform: (Int) -> Float) -> Int {
    var (best, largest) = (0, -Double.infinity)
    for k in logits.indices {
      let noised = logits[k] - log(1e-30 - log(Double(uniform(k)) + 1e-30))
      if noised > largest { (best, largest) = (k, noised) }
    }
    return best
  }
}

/// The distribution of a token one timestep earlier (Gu et al. 2022, equations 5 and 11):
/// `p(x_{t−1} | x_t) = Σ q(x_t | x_{t−1})·q(x_{t−1} | x₀)·p(x₀) / q(x_t | x₀)`.
private struct CategoricalPosterior {
  private let mask: Int
  private let single, cumulative, earlier: Transition

  init(_ transitions: CategoricalTransitions, at timestep: Int) {
    mask = transitions.mask
    (single, cumulative) = (transitions.single[timestep], transitions.cumulative[timestep])
    earlier = transitions.cumulative[timestep - 1].rounded
  }

  /// Turns the log probabilities of the clean token into those of the earlier one, all but for the same constant.
  ///
  /// - Parameters:
  ///   - logits: A logarithm for each class; that of the mask is only written.
  ///   - token: What the token is now.
  func apply(to logits: inout [Double], token: Int) {
    let isMasked = token == mask
    let fromClean = cumulative.logarithms(isMasked: isMasked)
    let fromEarlier = single.logarithms(isMasked: isMasked)
    for k in 0..<mask { logits[k] -= k == token ? fromClean.same : fromClean.other }
    let largest = logits[..<mask].max() ?? 0
    var sum = 0.0
    for k in 0..<mask {
      logits[k] = exp(logits[k] - largest)
      sum += logits[k]
    }
    for k in 0..<mask {
      let probability = logits[k] / sum * earlier.kept + earlier.changed
      logits[k] = log(probability) + (k == token ? fromEarlier.same : fromEarlier.other)
    }
    // What was masked stays so.
    logits[mask] = log(earlier.masked) + (isMasked ? 0 : log(1e-30))
  }
}
