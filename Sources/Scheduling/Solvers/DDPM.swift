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

  /// The method, with the small variance unless said otherwise.
  public init(_ variance: Variance = .small, roundsBeta: Bool = false) {
    (self.variance, self.roundsBeta) = (variance, roundsBeta)
  }

  /// Equation 7: the mean of `q(x_s | x_t, x₀)`, and noise. The first training timestep adds none.
  public func update(_ step: Step) -> Update {
    let (t, s) = (step.stage.start, step.stage.end)  // x_t → x_s
    let (fresh, variance) = (large(step), t.sigma * t.sigma)
    return Update(
      sample: t.alpha / s.alpha * s.sigma * s.sigma / variance, prediction: s.alpha * fresh / variance,
      noise: step.stage.timestep > 0 ? weight(step) : nil)
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
    let (t, s) = (step.stage.start, step.stage.end)
    let (shareOfT, shareOfS) = (t.alpha * t.alpha, s.alpha * s.alpha)
    return roundsBeta ? Double(1 - Float(shareOfT) / Float(shareOfS)) : 1 - shareOfT / shareOfS
  }

  private func small(_ step: Step) -> Double {
    let (t, s) = (step.stage.start, step.stage.end)
    return max(s.sigma * s.sigma / (t.sigma * t.sigma) * large(step), 1e-20)
  }
}
