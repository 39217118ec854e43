/// Denoising diffusion implicit models (Song, Meng and Ermon 2020, arXiv 2010.02502).
///
/// With all noise drawn afresh it is also Euler's ancestral method (Crowson's k-diffusion): in terms of noise-to-signal
/// ratios, both draw the variance of `q(x_s | x_t, x₀)`.
public struct DDIM: Solver {
  /// How much of the noise is drawn afresh unless ``StepOptions/eta`` says otherwise.
  public var eta: Double
  /// Whether the fresh and the kept noise of equation 12 are in single precision, where almost nothing is kept the difference
  /// of nearly equal numbers.
  public var isRounded: Bool
  /// What is held constant over an interval; both give the same step, and round it differently.
  public var target: Prediction.Target
  /// Whether no noise is drawn afresh, whatever ``StepOptions/eta`` says.
  public var isDeterministic: Bool

  /// DDIM; without fresh noise unless said otherwise.
  public init(
    eta: Double = 0, isRounded: Bool = false, isDeterministic: Bool = false, target: Prediction.Target = .data
  ) {
    (self.eta, self.isRounded, self.isDeterministic, self.target) = (eta, isRounded, isDeterministic, target)
  }

  /// The step of equation 12.
  public func update(_ step: Step) -> Update {
    let (t, s) = (step.stage.start, step.stage.end)  // x_t → x_s
    let eta = isDeterministic ? 0 : step.options.eta ?? eta
    let (fresh, kept) = isRounded && eta > 0 ? Self.roundedShares(t, s, eta) : Self.shares(t, s, eta)
    guard target == .data else {
      // x_s = α_s·x₀ + kept·ε + fresh·z, with x₀ = (x_t − σ_t·ε)/α_t.
      let share = s.alpha / t.alpha
      return Update(sample: share, prediction: kept - share * t.sigma, noise: eta > 0 ? fresh : nil)
    }
    // The same, with ε = (x_t − α_t·x₀)/σ_t.
    let data = -kept * t.alpha / t.sigma
    let recomputes = step.options.usesClippedOutput
    return Update(
      sample: kept / t.sigma, unrefined: recomputes ? 0 : data, prediction: s.alpha + (recomputes ? data : 0),
      noise: eta > 0 ? fresh : nil)
  }

  /// How much noise is drawn afresh, σ_t(η) of equation 16, in a form that any frame has, and how much is kept.
  private static func shares(_ t: NoiseLevel, _ s: NoiseLevel, _ eta: Double) -> (fresh: Double, kept: Double) {
    let remaining = (s.sigma * t.alpha) / (s.alpha * t.sigma)
    let fresh = eta == 0 ? 0 : eta * s.sigma * (1 - remaining * remaining).squareRoot()
    return (fresh, (s.sigma * s.sigma - fresh * fresh).squareRoot())
  }

  /// The same in single precision: from ᾱ, or in Karras's frame from sigmas.
  private static func roundedShares(
    _ t: NoiseLevel, _ s: NoiseLevel, _ eta: Double
  ) -> (fresh: Double, kept: Double) {
    if t.alpha == 1 {
      let ancestral = Midpoint.ancestral(from: t.sigma, to: s.sigma, rounded: true)
      return (ancestral.up, ancestral.down)
    }
    let (from, to) = (Float(t.alpha * t.alpha), Float(s.alpha * s.alpha))
    let variance = (1 - to) / (1 - from) * (1 - from / to)
    let fresh = Float(eta) * variance.squareRoot()
    return (Double(fresh), Double((1 - to - fresh * fresh).squareRoot()))
  }
}
