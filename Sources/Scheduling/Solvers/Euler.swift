/// Euler's method with churn (Karras et al. 2022, arXiv 2206.00364, algorithm 2 without its second-order correction).
public struct Euler: Solver {
  /// The noise that is added before every step.
  public var churn: Churn

  /// Euler's method over so many intervals.
  public init(intervals: Int, convertsBeforeChurn: Bool = false) {
    churn = Churn(intervals: intervals, convertsBefore: convertsBeforeChurn)
  }

  /// Lines 4 to 6.
  public func perturbation(_ step: Step) -> Perturbation? { churn.perturbation(step) }

  /// Lines 7 and 8.
  public func update(_ step: Step) -> Update { .constant(.data, from: churn.level(step), to: step.stage.end) }
}
