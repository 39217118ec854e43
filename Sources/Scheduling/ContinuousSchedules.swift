/// A training whose time is a number from 0 to 1, 1 being noise, and whose level is a function of it.
public enum ContinuousSchedule: Sendable, Hashable, Codable {
  /// ᾱ follows a squared cosine, kept between 0.0001 and 0.9999 (Pernias et al. 2023, "Würstchen").
  ///
  /// `scaler` bends time towards the noise above 1 and away from it below.
  case cosine(offset: Double, scaler: Double)
  /// β grows linearly (Song et al. 2021, equation 33).
  case linear(smallestBeta: Double, largestBeta: Double)

  /// The level at a time.
  public func level(at time: Double) -> NoiseLevel {
    switch self {
    case .cosine(let s, let scaler):
      let bent = scaler > 1 ? 1 - pow(1 - time, scaler) : pow(time, scaler)
      let root = { (t: Double) in cos((t + s) / (1 + s) * Double.pi / 2) }
      let share = root(bent) * root(bent) / (root(0) * root(0))
      return .variancePreserving(cumulativeAlpha: min(max(share, 0.0001), 0.9999))
    case .linear(let smallest, let largest):
      let logAlpha = -0.25 * time * time * (largest - smallest) - 0.5 * time * smallest
      return NoiseLevel(alpha: exp(logAlpha), sigma: (-expm1(2 * logAlpha)).squareRoot())
    }
  }

  /// The level at a time that somebody gave.
  ///
  /// - Throws: ``SchedulerError`` with the code `argument` when it is not from 0 to 1.
  public func level(checking time: Double) throws(SchedulerError) -> NoiseLevel {
    guard (0...1).contains(time) else {
      throw .argument("the timestep", time, wants: "from 0 to 1", "time is continuous here")
    }
    return level(at: time)
  }

  /// So many times evenly from noise to `end`, both included, in single precision.
  public static func times(_ count: Int, to end: Double) -> [Double] {
    linspace(1, end, count: count).map { Double($0) }
  }
}

extension Plan {
  /// A walk along times of a continuous training.
  ///
  /// - Parameters:
  ///   - times: The times, descending.
  ///   - schedule: The training.
  ///   - final: Where the last step ends; `nil` when that is the last of the times.
  public init(_ times: [Double], in schedule: ContinuousSchedule, endingAt final: NoiseLevel?) {
    let levels = times.map { schedule.level(at: $0) } + (final.map { [$0] } ?? [])
    self.init((0..<levels.count - 1).map { Stage(timestep: times[$0], from: levels[$0], to: levels[$0 + 1]) })
  }
}
