/// Denoising diffusion probabilistic models (Ho et al. 2020, arXiv 2006.11239).
public struct DDPM: Solver, VarianceSolver {
  /// How much noise a step adds.
  public enum Variance: String, Sendable, Hashable, Codable {
    /// The variance of `q(x_s | x_t, x₀)`, β̃.
    case small
    /// β, that of `q(x_t | x_s)`.
    case large
    /// The square root of log β, which is no number: what `diffusers` makes of it.
    case logarithmOfLarge
    /// What the model says.
    case learned
    /// Between log β̃ and log β, where the model says (Nichol and Dhariwal 2021, equation 15).
    case learnedRange
  }

  /// How much noise a step adds.
  public var variance: Variance

  /// Whether 1 − ᾱ_t/ᾱ_s is computed in single precision, as `diffusers` does: where the two are close, its rounding is
  /// the largest error of the step.
  public var roundsBeta: Bool

  /// The βs of the training, for the steps between neighbouring timesteps, as unCLIP takes them in `diffusers`; all steps
  /// then also compute ᾱ_t/ᾱ_s as what β leaves of 1. Empty for a method without.
  public var betas: [Float]

  /// Which step's noise counts for nothing.
  public enum Silence: String, Sendable, Hashable, Codable {
    /// That from the first training timestep, which draws none.
    case firstTimestep
    /// The run's last, which draws it all the same.
    case lastStep
    /// None.
    case never
  }

  /// Which step's noise counts for nothing.
  public var silence: Silence

  /// The method, with the small variance unless said otherwise.
  public init(
    _ variance: Variance = .small, roundsBeta: Bool = false, betas: [Float] = [],
    silence: Silence = .firstTimestep
  ) {
    (self.variance, self.roundsBeta, self.betas, self.silence) = (variance, roundsBeta, betas, silence)
  }

  /// Equation 7: the mean of `q(x_s | x_t, x₀)`, and noise.
  public func update(_ step: Step) -> Update {
    let (t, s) = (step.stage.start, step.stage.end)  // x_t → x_s
    let (fresh, variance) = (large(step), t.sigma * t.sigma)
    let share = betas.isEmpty ? t.alpha / s.alpha : Double(1 - Float(fresh)).squareRoot()
    return Update(
      sample: share * s.sigma * s.sigma / variance, prediction: s.alpha * fresh / variance, noise: noise(step))
  }

  private func noise(_ step: Step) -> Double? {
    switch silence {
    case .firstTimestep: step.stage.timestep > 0 ? weight(step) : nil
    case .lastStep: step.remaining > 1 ? weight(step) : 0
    case .never: weight(step)
    }
  }

  /// The deviation of each element's noise, where the model predicts it.
  public func deviation(_ step: Step) -> LearnedDeviation? {
    switch variance {
    case .learned: .root
    case .learnedRange: .logRange(from: log(small(step)), to: log(large(step)))
    default: nil
    }
  }

  private func weight(_ step: Step) -> Double {
    switch variance {
    case .small: small(step).squareRoot()
    case .large: large(step).squareRoot()
    case .logarithmOfLarge: log(large(step)).squareRoot()
    case .learned, .learnedRange: 1
    }
  }

  /// β of the interval, 1 − ᾱ_t/ᾱ_s.
  private func large(_ step: Step) -> Double {
    if let beta = neighbouringBeta(step) { return beta }
    let (t, s) = (step.stage.start, step.stage.end)
    let (shareOfT, shareOfS) = (t.alpha * t.alpha, s.alpha * s.alpha)
    return roundsBeta ? Double(1 - Float(shareOfT) / Float(shareOfS)) : 1 - shareOfT / shareOfS
  }

  /// β of the training, when the step goes to the timestep before.
  private func neighbouringBeta(_ step: Step) -> Double? {
    let next = step.remaining > 1 ? step.stages[step.index + 1].timestep : -1
    let timestep = step.stage.timestep
    guard next == timestep - 1, betas.indices.contains(Int(timestep)) else { return nil }
    return Double(betas[Int(timestep)])
  }

  private func small(_ step: Step) -> Double {
    let (t, s) = (step.stage.start, step.stage.end)
    return max(s.sigma * s.sigma / (t.sigma * t.sigma) * large(step), 1e-20)
  }
}
