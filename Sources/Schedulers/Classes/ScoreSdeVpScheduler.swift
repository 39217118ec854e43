public import Scheduling

/// The reverse of the variance-preserving SDE by Euler and Maruyama's method (Song et al. 2021).
///
/// Timesteps are times from 1 down to `sampling_eps`. The model predicts the noise; the mean that Python also returns is
/// the step with noise of zeros.
public struct ScoreSdeVpScheduler: Scheduler {
  /// `ScoreSdeVpScheduler`.
  public static let className = "ScoreSdeVpScheduler"
  /// Which classes take its configurations.
  public static let compatibility = Compatibility.alone

  /// Every key of the class with its value, then the keys that it does not know.
  public let config: SchedulerConfig
  /// Where the numbers follow `diffusers` instead of the paper.
  public var quirks = Quirks.all
  private let smallestBeta, largestBeta, end: Double

  /// The scheduler that a configuration describes; throws for a value that is wrong.
  public init(config: SchedulerConfig) throws(SchedulerError) {
    var keys = ConfigReader(config)
    _ = try keys.trainingSteps(default: 2000)
    smallestBeta = try keys.number("beta_min", default: 0.1, in: 0...Double.greatestFiniteMagnitude)
    largestBeta = try keys.number("beta_max", default: 20, in: 0...Double.greatestFiniteMagnitude, isWhole: true)
    end = try keys.number("sampling_eps", default: 1e-3, in: 0...1)
    self.config = keys.config(of: Self.self)
  }

  private var schedule: ContinuousSchedule { .linear(smallestBeta: smallestBeta, largestBeta: largestBeta) }

  /// A run; throws for what the class cannot do.
  public func sampler(_ run: RunRequest) throws(SchedulerError) -> Sampler {
    let times = ContinuousSchedule.times(try run.onlySteps(of: self), to: end)
    let plan = Plan(times, in: schedule, endingAt: .clean)
    return try Sampler(
      EulerMaruyama(smallestBeta: smallestBeta, largestBeta: largestBeta), predicting: .noise, plan: plan)
  }

  /// The level at a time.
  public func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel { try schedule.level(checking: timestep) }
}
