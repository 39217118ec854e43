/// DPM-Solver++ of second order for the SDE, in single steps (Lu et al. 2022, arXiv 2211.01095; Crowson's `dpmpp_sde`).
///
/// An ancestral step to the middle of an interval, then one over the whole of it with the prediction from there, along the
/// plan of ``Midpoint``. The noise of both steps is that of one Brownian motion, so it belongs to their intervals.
public struct DPMSolverSDE: Solver {
  /// The method.
  public init() {}

  /// The ancestral step from where the interval starts.
  public func update(_ step: Step) -> Update {
    let (s, t) = (step.stage.start, step.stage.end)
    guard t.sigma > 0 else { return .constant(.data, from: s, to: t) }
    let kept = t.sigma / s.sigma * t.sigma  // what remains of the old noise: σ_t²/σ_s
    let fresh = (t.sigma * t.sigma - kept * kept).squareRoot()
    let isSecond = step.stage.level != s
    var update = Update(
      sample: isSecond ? 0 : kept / s.sigma, keptSample: isSecond ? kept / s.sigma : 0,
      prediction: t.alpha - s.alpha * kept / s.sigma, noise: step.options.noiseScale * fresh, keepsSample: !isSecond)
    update.noiseInterval = NoiseInterval(from: Self.resolved(s.sigma), to: Self.resolved(t.sigma))
    return update
  }

  /// A sigma on its way through logarithms of single precision.
  private static func resolved(_ sigma: Double) -> Double { Double(Float(exp(Double(Float(log(sigma)))))) }
}
