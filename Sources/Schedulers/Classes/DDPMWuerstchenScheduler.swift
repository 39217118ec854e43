public import Scheduling

/// DDPM (Ho et al. 2020) in the continuous time of Würstchen (Pernias et al. 2023), on a squared cosine.
///
/// Timesteps are times from 1 to 0; those that are given end with where the run ends, and the sampler's leave that out.
public struct DDPMWuerstchenScheduler: Scheduler {
  /// `DDPMWuerstchenScheduler`.
  public static let className = "DDPMWuerstchenScheduler"
  /// Which classes take its configurations.
  public static let compatibility = Compatibility.alone

  /// Every key of the class with its value, then the keys that it does not know.
  public let config: SchedulerConfig
  /// Where the numbers follow `diffusers` instead of the paper.
  public var quirks = Quirks.all
  private let schedule: ContinuousSchedule

  /// The scheduler that a configuration describes; throws for a value that is wrong.
  public init(config: SchedulerConfig) throws(SchedulerError) {
    var keys = ConfigReader(config)
    let scaler = try keys.number("scaler", default: 1, in: Double.leastNormalMagnitude...Double.greatestFiniteMagnitude)
    schedule = .cosine(offset: try keys.number("s", default: 0.008, in: 0...1), scaler: scaler)
    self.config = keys.config(of: Self.self)
  }

  /// A run; throws for what the class cannot do.
  public func sampler(_ run: RunRequest) throws(SchedulerError) -> Sampler {
    let times = try times(run)
    let solver = DDPM(silence: times.last == 0 ? .lastStep : .never)
    return try Sampler(solver, predicting: .noise, plan: Plan(times, in: schedule, endingAt: nil))
  }

  private func times(_ run: RunRequest) throws(SchedulerError) -> [Double] {
    try run.refuseShift(of: self)
    switch run.points {
    case .sigmas: throw run.unsupported(by: self)
    case .timesteps(let times): return try RunRequest.checked(times: times).map { Double(Float($0)) }
    case .steps(let steps): return ContinuousSchedule.times(try RunRequest.checked(steps: steps) + 1, to: 0)
    }
  }

  /// The level at a time.
  public func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel { try schedule.level(checking: timestep) }
}
