/// What a training with discrete noise does to a token (Gu et al. 2022, VQ-Diffusion, arXiv 2111.14822, section 4.1): with
/// every timestep it stays what it is, becomes any class, each as likely as the others, or is masked for good.
public struct CategoricalTransitions: Sendable, Hashable, Codable {
  /// The number of classes, that of masked tokens included; it is the last one.
  public let classCount: Int
  /// What one timestep does, for each of them.
  let single: [Transition]
  /// What all timesteps up to one have done together, for each of them.
  let cumulative: [Transition]

  /// The transitions of so many timesteps.
  ///
  /// - Parameters:
  ///   - classCount: The number of classes, that of masked tokens included.
  ///   - timesteps: The number of timesteps of the training.
  ///   - kept: The shares of tokens that are kept after the first timestep and after the last (ᾱ).
  ///   - masked: The shares of tokens that are masked by then (γ̄).
  /// - Throws: ``SchedulerError`` with the code `configuration` when there are too few classes or timesteps for any noise, or
  ///   more tokens are kept and masked than there are.
  public init(
    classCount: Int, timesteps: Int, kept: (first: Double, last: Double), masked: (first: Double, last: Double)
  ) throws(SchedulerError) {
    guard classCount >= 2, timesteps >= 2 else {
      throw SchedulerError(
        .configuration, "\(classCount) classes and \(timesteps) timesteps are too few",
        "use at least 2 of each: a class beside that of masked tokens, and a timestep before the last")
    }
    let fractions = (0..<timesteps).map { Double($0) / Double(timesteps - 1) }
    let kept = fractions.map { $0 * (kept.last - kept.first) + kept.first }
    let masked = fractions.map { $0 * (masked.last - masked.first) + masked.first }
    let singleKept = zip(kept, [1] + kept).map { $0 / $1 }
    let singleMasked = zip(masked, [0] + masked).map { 1 - (1 - $0) / (1 - $1) }
    self.classCount = classCount
    cumulative = zip(kept, masked).map { Transition(kept: $0, masked: $1, classes: classCount - 1) }
    single = zip(singleKept, singleMasked).map { Transition(kept: $0, masked: $1, classes: classCount - 1) }
    for (timestep, both) in zip(single, cumulative).enumerated() where !both.0.isPossible || !both.1.isPossible {
      throw SchedulerError(
        .configuration, "at timestep \(timestep) the shares of kept and of masked tokens are none, or more than all",
        "let alpha_cum fall and gamma_cum rise, and both together be at most 1")
    }
  }

  /// The number of timesteps of the training.
  public var count: Int { single.count }

  /// The class of masked tokens.
  public var mask: Int { classCount - 1 }
}

/// The probabilities of what becomes of a token (Gu et al. 2022, equations 5 and 7).
struct Transition: Sendable, Hashable, Codable {
  /// That it is kept.
  var kept: Double
  /// That it becomes one class in particular.
  var changed: Double
  /// That it is masked.
  var masked: Double

  /// What is left beside the kept and the masked ones goes to so many classes.
  init(kept: Double, masked: Double, classes: Int) {
    (self.kept, self.masked) = (kept, masked)
    let rest = 1 - kept - masked
    // Nothing may come out as a little less.
    changed = rest > -1e-12 ? max(rest, 0) / Double(classes) : rest
  }

  /// Whether these are probabilities.
  var isPossible: Bool { [kept, changed, masked].allSatisfy((0...1).contains) }

  /// The probabilities as the reference has them: logarithms in single precision.
  var rounded: Transition {
    var rounded = self
    rounded.kept = exp(Self.logarithm(kept))
    rounded.changed = exp(Self.logarithm(changed))
    rounded.masked = exp(Self.logarithm(masked))
    return rounded
  }

  /// The logarithms of the probabilities that a token became what it is, by what it may have been.
  ///
  /// - Parameter isMasked: Whether it is masked.
  func logarithms(isMasked: Bool) -> (same: Double, other: Double) {
    let transition = rounded
    if isMasked { return (Self.logarithm(masked), Self.logarithm(masked)) }
    // The impossible has the probability 1e-30.
    return (
      log(transition.kept + transition.changed), log(transition.kept * 1e-30 + transition.changed)
    )
  }

  private static func logarithm(_ probability: Double) -> Double { Double(Float(log(probability))) }
}
