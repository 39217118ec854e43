/// Sampling at a lower temperature along the straight paths of flow matching, by scores that are scaled the more, the cleaner the
/// sample is (Xu et al. 2025, Temporal Score Rescaling, arXiv 2510.01184), with noise in the middle of a run (Geffner et al. 2025,
/// La-Proteina, arXiv 2507.09466).
///
/// Time is the share of the signal here, and grows from 0 for noise to 1.
public struct TemporalScoreRescaling: Solver {
  /// How much noise is added and removed again at a time.
  public enum Noise: String, Sendable, Hashable, Codable, CaseIterable {
    /// `1/t`.
    case inverse = "1/t"
    /// `π/2·tan(π/2·(1 − t))`.
    case tangent = "tan"

    /// The amount at a time; a hundredth keeps it finite at noise.
    func amount<Number: BinaryFloatingPoint>(at time: Number) -> Number {
      let time = min(max(time, 0), Number(1 - 1e-5))
      switch self {
      case .inverse: return 1 / (time + Number(0.01))
      case .tangent:
        let angle = (1 - time) * Number(Double.pi) / 2
        let (sine, cosine) = (Number(sin(Double(angle))), Number(cos(Double(angle))))
        return max(0, Number(Double.pi / 2) * sine / (cosine + Number(0.01)))
      }
    }
  }

  /// How low the temperature becomes: one over this.
  public let coldness: Double
  /// How early it does: the deviation of the data at which it would be exact.
  public let deviation: Double
  /// How much noise is added at a time.
  public let noise: Noise
  /// Below and above which time there is none; compared in single precision, like times.
  public let quietBelow, quietAbove: Double
  /// Whether the amount of noise is in single precision, and a step that is many times as long as the time before it shows the
  /// rounding of what is divided by that time.
  public let isRounded: Bool

  /// The method.
  public init(
    coldness: Double, deviation: Double, noise: Noise, quietBelow: Double, quietAbove: Double, isRounded: Bool = false
  ) {
    (self.coldness, self.deviation, self.noise) = (coldness, deviation, noise)
    (self.quietBelow, self.quietAbove, self.isRounded) = (quietBelow, quietAbove, isRounded)
  }

  /// The noise, of which the score is `−ε/σ`.
  public var target: Prediction.Target { .noise }

  /// What the score is multiplied by at a level (equation 9): from 1 at noise to ``coldness``.
  func ratio(at level: NoiseLevel) -> Double {
    let signal = level.alpha * level.alpha / (level.sigma * level.sigma) * deviation * deviation
    return (signal + 1) / (signal / coldness + 1)
  }

  /// `x + (v + g·s)·h + √(2·g·h)·z` with the scaled score `s`, the velocity `v = (x + σ·s)/t` that belongs to it, and the amount
  /// `g` of noise, which is divided by the square of the scale.
  public func update(_ step: Step) -> Update {
    let (start, length) = (step.stage.start, step.stage.end.alpha - step.stage.start.alpha)
    let (time, ratio) = (start.alpha, ratio(at: start))
    let isQuiet = Float(time) > Float(quietAbove) || Float(time) < Float(quietBelow)
    let whole = isRounded ? Double(noise.amount(at: Float(time))) : noise.amount(at: time)
    let amount = isQuiet ? 0 : whole / (ratio * ratio)
    let fresh = isQuiet ? nil : (2 * amount * length).squareRoot()
    let slope = length * (1 / time + amount / start.sigma)
    guard isRounded, length > 8 * time else {
      return Update(sample: 1 + length / time, prediction: -slope * ratio, noise: fresh)
    }
    var update = Update(sample: 1 - length * amount / start.sigma, prediction: slope, noise: fresh)
    update.written = RoundedDrift(time: Float(time), coldness: Float(coldness), square: Float(deviation * deviation))
    update.forgets = 1
    return update
  }
}

/// The sample with its scaled score, `x + σ·s`: the velocity times the time, in single precision as diffusers has it.
public struct RoundedDrift: Sendable, Hashable {
  private let time, rest, ratio: Float

  /// - Parameter square: The square of the data's deviation.
  init(time: Float, coldness: Float, square: Float) {
    (self.time, rest) = (time, 1 - time)
    let signal = time * time / (rest * rest) * square
    ratio = (signal + 1) / (signal / coldness + 1)
  }

  /// The value for an element of a sample and of the model's velocity.
  func value(_ sample: Float, _ velocity: Float) -> Float {
    let score = (time * velocity - sample) / rest
    return sample + rest * (score * ratio)
  }
}
