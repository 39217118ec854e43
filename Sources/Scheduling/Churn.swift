/// Noise that a run adds before its steps and takes away again with them (Karras et al. 2022, algorithm 2, lines 4 to 6).
public struct Churn: Sendable, Hashable, Codable {
  /// The number of intervals that it is spread over.
  public var intervals: Int
  /// Whether the model's output is converted at the level that the model saw, and not at the churned one. Then noise is
  /// also added where the model is evaluated a second time.
  public var convertsBefore: Bool
  /// Whether all its numbers are in single precision. Then a little churn is a difference of nearly equal numbers.
  public var isRounded: Bool

  /// Churn over so many intervals, as much as the step's options say.
  public init(intervals: Int, convertsBefore: Bool = false, isRounded: Bool = false) {
    (self.intervals, self.convertsBefore, self.isRounded) = (intervals, convertsBefore, isRounded)
  }

  /// `γ`: the share of its noise that a sample gets once more.
  private func share(_ step: Step) -> Double {
    let (options, sigma) = (step.options, step.stage.start.sigma)
    let isBetween = rounded(options.churnMinimum) <= sigma && sigma <= rounded(options.churnMaximum)
    return isBetween ? Self.share(options.churn, over: intervals) : 0
  }

  static func share(_ churn: Double, over intervals: Int) -> Double {
    max(0, min(churn / Double(intervals), 2.0.squareRoot() - 1))
  }

  /// `σ̂ = σ + γ·σ`.
  func level(_ step: Step) -> NoiseLevel {
    let (start, share) = (step.stage.start, share(step))
    return share > 0 ? NoiseLevel(alpha: start.alpha, sigma: rounded(start.sigma * rounded(share + 1))) : start
  }

  /// Whether a step has any.
  func isActive(_ step: Step) -> Bool { share(step) > 0 }

  /// The noise up to there.
  func perturbation(_ step: Step) -> Perturbation? {
    guard isActive(step) else { return nil }
    let (start, churned) = (step.stage.start, level(step))
    return Perturbation(
      noise: Self.deviation(from: start.sigma, to: churned.sigma, isRounded: isRounded), scale: step.options.noiseScale,
      level: churned, conversion: convertsBefore ? step.stage.level : churned)
  }

  /// The deviation of the noise that makes a sample of one sigma one of a larger: `√(σ̂² − σ²)`.
  static func deviation(from sigma: Double, to churned: Double, isRounded: Bool) -> Double {
    guard isRounded else { return max(0, churned * churned - sigma * sigma).squareRoot() }
    let (low, high) = (Float(sigma), Float(churned))
    return Double(max(0, high * high - low * low).squareRoot())
  }

  private func rounded(_ number: Double) -> Double { isRounded ? Double(Float(number)) : number }
}
