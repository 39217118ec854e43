/// Denoising diffusion implicit models (Song, Meng and Ermon 2020, arXiv 2010.02502).
///
/// With all noise drawn afresh it is also Euler's ancestral method (Crowson's k-diffusion): in terms of noise-to-signal
/// ratios, both draw the variance of `q(x_s | x_t, x₀)`.
public struct DDIM: Solver {
  /// How much of the noise is drawn afresh unless ``StepOptions/eta`` says otherwise.
  public var eta: Double

  /// DDIM; deterministic unless said otherwise.
  public init(eta: Double = 0) { self.eta = eta }

  /// The step of equation 12.
  public func update(_ step: Step) -> Update {
    let (t, s) = (step.stage.start, step.stage.end)  // x_t → x_s
    let eta = step.options.eta ?? eta
    // σ_t(η), equation 16, in a form that any frame has.
    let remaining = (s.sigma * t.alpha) / (s.alpha * t.sigma)
    let fresh = eta == 0 ? 0 : eta * s.sigma * (1 - remaining * remaining).squareRoot()
    // x_s = α_s·x₀ + kept·ε + fresh·z, with ε = (x_t − α_t·x₀)/σ_t.
    let kept = (s.sigma * s.sigma - fresh * fresh).squareRoot()
    let data = -kept * t.alpha / t.sigma
    let recomputes = step.options.usesClippedOutput
    return Update(
      sample: kept / t.sigma, unrefined: recomputes ? 0 : data, prediction: s.alpha + (recomputes ? data : 0),
      noise: eta > 0 ? fresh : nil)
  }
}
