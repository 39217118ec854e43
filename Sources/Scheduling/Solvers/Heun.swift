/// Heun's method (Karras et al. 2022, arXiv 2206.00364, algorithms 1 and 2): an Euler step, then the mean of the slopes at
/// both ends.
///
/// The slope is `dx/dσ = (x − x₀)/σ`, as it is in Karras's frame and in flow matching. The plan has every interval twice,
/// the second time evaluated at its end, but for an interval that ends at a clean sample.
public struct Heun: Solver {
  /// The noise that is added before every interval; `nil` for a method without.
  public var churn: Churn?

  /// What is held constant over an interval; both give the same step, and round it differently.
  public var target = Prediction.Target.data

  /// Heun's method, without churn unless said otherwise.
  public init(churn: Churn? = nil) { self.churn = churn }

  /// The predictions at both ends.
  public var memory: Int { 2 }

  /// Noise where an interval begins.
  public func perturbation(_ step: Step) -> Perturbation? {
    isSecond(step) && churn?.convertsBefore != true ? nil : churn?.perturbation(step)
  }

  /// Lines 7 to 11.
  public func update(_ step: Step) -> Update {
    let (s, t) = (churn?.level(step) ?? step.stage.start, step.stage.end)
    if target == .noise { return noiseUpdate(step, t.sigma - s.sigma) }
    guard isSecond(step) else {
      let slope = (t.sigma - s.sigma) / s.sigma
      return Update(sample: 1 + slope, prediction: -slope, keepsSample: true)
    }
    // x_t = x_s + dt·(d_s + d_t)/2, with d_s = (x_s − m₁)/σ_s and d_t = (x − m₀)/σ_t.
    let half = (t.sigma - s.sigma) / 2
    var update = Update(
      sample: half / t.sigma, keptSample: 1 + half / s.sigma, prediction: -half / t.sigma)
    update[prediction: 1] = -half / s.sigma
    update.forgets = 2
    return update
  }

  /// The same with slopes, which predicted noise is.
  private func noiseUpdate(_ step: Step, _ length: Double) -> Update {
    guard isSecond(step) else { return Update(sample: 1, prediction: length, keepsSample: true) }
    var update = Update(keptSample: 1, prediction: length / 2)
    update[prediction: 1] = length / 2
    update.forgets = 2
    return update
  }

  private func isSecond(_ step: Step) -> Bool { step.stage.level == step.stage.end && step.history > 1 }
}
