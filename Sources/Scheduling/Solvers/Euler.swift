/// Euler's method with churn (Karras et al. 2022, arXiv 2206.00364, algorithm 2 without its second-order correction).
public struct Euler: Solver {
  /// The number of intervals that the churn is spread over.
  public var intervals: Int
  /// Whether the model's output is converted at the level that the model saw, and not at the churned one.
  public var convertsBeforeChurn: Bool

  /// Euler's method over so many intervals.
  public init(intervals: Int, convertsBeforeChurn: Bool = false) {
    (self.intervals, self.convertsBeforeChurn) = (intervals, convertsBeforeChurn)
  }

  /// Lines 4 to 6: noise up to `σ̂ = σ + γ·σ`.
  public func perturbation(_ step: Step) -> Perturbation? {
    let (level, churned) = (step.stage.level, churned(step))
    guard churned != level else { return nil }
    let added = (churned.sigma * churned.sigma - level.sigma * level.sigma).squareRoot()
    return Perturbation(noise: step.options.noiseScale * added, level: convertsBeforeChurn ? level : churned)
  }

  /// Lines 7 and 8.
  public func update(_ step: Step) -> Update { .constant(.data, from: churned(step), to: step.stage.end) }

  /// The level after churn.
  private func churned(_ step: Step) -> NoiseLevel {
    let (options, start) = (step.options, step.stage.start)
    guard options.churn > 0, options.churnMinimum <= start.sigma, start.sigma <= options.churnMaximum else {
      return start
    }
    let gamma = min(options.churn / Double(intervals), 2.0.squareRoot() - 1)
    return NoiseLevel(alpha: start.alpha, sigma: start.sigma * (gamma + 1))
  }
}
