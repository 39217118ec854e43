/// Denoising diffusion implicit models (Song, Meng and Ermon 2020, arXiv 2010.02502).
public struct DDIM: Solver {
  /// DDIM; how much of the noise is drawn afresh is ``StepOptions/eta``, 0 unless said otherwise.
  public init() {}

  /// The step of equation 12.
  public func update(_ step: Step) -> Update {
    let (t, s) = (step.stage.start, step.stage.end)  // x_t → x_s
    let eta = step.options.eta ?? 0
    // σ_t(η), equation 16.
    let fresh = eta == 0 ? 0 : eta * (s.sigma / t.sigma) * (1 - (t.alpha / s.alpha) * (t.alpha / s.alpha)).squareRoot()
    // x_s = α_s·x₀ + kept·ε + fresh·z, with ε = (x_t − α_t·x₀)/σ_t.
    let kept = (s.sigma * s.sigma - fresh * fresh).squareRoot()
    let data = -kept * t.alpha / t.sigma
    let recomputes = step.options.usesClippedOutput
    return Update(
      sample: kept / t.sigma, unrefined: recomputes ? 0 : data, prediction: s.alpha + (recomputes ? data : 0),
      noise: eta > 0 ? fresh : nil)
  }
}
