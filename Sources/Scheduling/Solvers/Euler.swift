/// Euler's method with churn (Karras et al. 2022, arXiv 2206.00364, algorithm 2 without its second-order correction).
public struct Euler: Solver {
  /// The noise that is added before every step.
  public var churn: Churn
  /// Whether noise is drawn for every step, also where churn adds none.
  public var drawsAlways = false
  /// What is held constant over an interval; both give the same step, and round it differently.
  public var target: Prediction.Target

  /// Euler's method.
  public init(churn: Churn, target: Prediction.Target = .data) { (self.churn, self.target) = (churn, target) }

  /// Lines 4 to 6.
  public func perturbation(_ step: Step) -> Perturbation? { churn.perturbation(step) }

  /// Lines 7 and 8.
  public func update(_ step: Step) -> Update {
    var update = Update.constant(target, from: churn.level(step), to: step.stage.end)
    update.drawsNoise = drawsAlways
    return update
  }
}
