/// Heun's method (Karras et al. 2022, arXiv 2206.00364, algorithm 1): an Euler step, then the mean of the slopes at both
/// ends.
///
/// The slope is `dx/dσ = (x − x₀)/σ`, as it is in Karras's frame and in flow matching. The plan has every interval twice,
/// the second time evaluated at its end, but for an interval that ends at a clean sample.
public struct Heun: Solver {
  /// Heun's method.
  public init() {}

  /// The predictions at both ends.
  public var memory: Int { 2 }

  /// Lines 7 to 11.
  public func update(_ step: Step) -> Update {
    let (s, t) = (step.stage.start, step.stage.end)
    guard step.stage.level == t, step.history > 1 else {
      let slope = (t.sigma - s.sigma) / s.sigma
      return Update(sample: 1 + slope, prediction: -slope, keepsSample: true)
    }
    // x_t = x_s + dt·(d_s + d_t)/2, with d_s = (x_s − m₁)/σ_s and d_t = (x − m₀)/σ_t.
    let half = (t.sigma - s.sigma) / 2
    var update = Update(sample: half / t.sigma, keptSample: 1 + half / s.sigma, prediction: -half / t.sigma)
    update[prediction: 1] = -half / s.sigma
    update.forgets = 2
    return update
  }
}
