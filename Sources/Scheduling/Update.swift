/// What a solver decides for one step: the weight of everything that the next sample is made of.
///
/// Every update in this module satisfies two identities. It carries `α_s·x₀ + σ_s·ε` to `α_t·x₀ + σ_t·ε` when all
/// predictions are exact; fresh noise adds to the kept one in quadrature.
public struct Update: Sendable, Hashable {
  /// The next sample, as a combination of the step's operands.
  public var weights: Weights
  /// Whether fresh noise is drawn, be its weight zero or not.
  public var drawsNoise: Bool
  /// How many more tensors of noise are drawn before the fresh one and thrown away, as `diffusers` does.
  public var discardedDraws = 0
  /// Whether the sample that the step started from is kept for later ones. Such an update weighs no kept sample itself.
  public var keepsSample: Bool
  /// Whether the fresh noise is kept for later updates.
  public var keepsNoise = false
  /// The interval that the fresh noise belongs to, where overlapping intervals have theirs in common.
  public var noiseInterval: NoiseInterval?
  /// How many of the newest predictions later updates do not see.
  public var forgets = 0
  /// What the newest prediction is instead, where that is written down in single precision and every rounding shows.
  public var written: RoundedDrift?

  /// The update with these weights; fresh noise is drawn when it has one.
  public init(
    sample: Double = 0, keptSample: Double = 0, unrefined: Double = 0, prediction: Double = 0, noise: Double? = nil,
    keepsSample: Bool = false
  ) {
    var weights = Weights()
    weights[.sample] = sample
    weights[.keptSample] = keptSample
    weights[.unrefined] = unrefined
    weights[prediction: 0] = prediction
    weights[.noise] = noise ?? 0
    (self.weights, self.drawsNoise, self.keepsSample) = (weights, noise != nil, keepsSample)
  }

  /// The weight of a prediction; 0 is the newest.
  public subscript(prediction age: Int) -> Double {
    get { weights[prediction: age] }
    set { weights[prediction: age] = newValue }
  }

  /// The step that is exact when what the solver integrates is constant over the interval: DDIM without fresh noise,
  /// Euler, and first-order DPM-Solver and DPM-Solver++ are all this line.
  ///
  /// `x_t = (σ_t/σ_s)·x + (α_t − α_s·σ_t/σ_s)·x₀` for predicted data, and the same with the letters exchanged for
  /// predicted noise.
  public static func constant(_ target: Prediction.Target, from s: NoiseLevel, to t: NoiseLevel) -> Update {
    switch target {
    case .data: Update(sample: t.sigma / s.sigma, prediction: t.alpha - s.alpha * t.sigma / s.sigma)
    case .noise: Update(sample: t.alpha / s.alpha, prediction: t.sigma - s.sigma * t.alpha / s.alpha)
    }
  }
}
