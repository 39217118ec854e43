/// Noise that a run adds before its steps and takes away again with them (Karras et al. 2022, algorithm 2, lines 4 to 6).
public struct Churn: Sendable, Hashable, Codable {
  /// The number of intervals that it is spread over.
  public var intervals: Int
  /// Whether the model's output is converted at the level that the model saw, and not at the churned one.
  public var convertsBefore: Bool

  /// Churn over so many intervals, as much as the step's options say.
  public init(intervals: Int, convertsBefore: Bool = false) {
    (self.intervals, self.convertsBefore) = (intervals, convertsBefore)
  }

  /// `σ̂ = σ + γ·σ`.
  func level(_ step: Step) -> NoiseLevel {
    let (options, start) = (step.options, step.stage.start)
    guard options.churn > 0, options.churnMinimum <= start.sigma, start.sigma <= options.churnMaximum else {
      return start
    }
    let gamma = min(options.churn / Double(intervals), 2.0.squareRoot() - 1)
    return NoiseLevel(alpha: start.alpha, sigma: start.sigma * (gamma + 1))
  }

  /// The noise up to there.
  func perturbation(_ step: Step) -> Perturbation? {
    let (start, churned) = (step.stage.start, level(step))
    guard churned != start else { return nil }
    let added = (churned.sigma * churned.sigma - start.sigma * start.sigma).squareRoot()
    return Perturbation(noise: step.options.noiseScale * added, level: convertsBefore ? start : churned)
  }
}
