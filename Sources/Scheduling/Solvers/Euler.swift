/// Euler's method with churn (Karras et al. 2022, arXiv 2206.00364, algorithm 2 without its second-order correction).
public struct Euler: Solver {
  /// The noise that is added before every step.
  public var churn: Churn
  /// What is held constant over an interval; both give the same step, and round it differently.
  public var target: Prediction.Target

  /// Euler's method over so many intervals.
  public init(intervals: Int, target: Prediction.Target = .data, convertsBeforeChurn: Bool = false) {
    (churn, self.target) = (Churn(intervals: intervals, convertsBefore: convertsBeforeChurn), target)
  }

  /// Lines 4 to 6.
  public func perturbation(_ step: Step) -> Perturbation? { churn.perturbation(step) }

  /// Lines 7 and 8.
  public func update(_ step: Step) -> Update { .constant(target, from: churn.level(step), to: step.stage.end) }
}
