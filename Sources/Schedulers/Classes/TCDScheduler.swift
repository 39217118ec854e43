public import Scheduling

/// Sampling with trajectory consistency models (Zheng et al. 2024), as stochastic as asked for.
///
/// How much of every step is crossed back with fresh noise is the sampler's `options.eta`, 0.3 unless set. A run can be
/// picked from another number of steps than the configuration's, and can be cut to a share: the request's `originalSteps`
/// and `strength`. Predictions are neither clipped nor thresholded, whatever the configuration says.
public struct TCDScheduler: Scheduler {
  /// `TCDScheduler`.
  public static let className = "TCDScheduler"
  /// Which classes take its configurations.
  public static let compatibility = Compatibility.alone

  /// Every key of the class with its value, then the keys that it does not know.
  public let config: SchedulerConfig
  /// Where the numbers follow `diffusers` instead of the paper.
  public var quirks = Quirks.all
  private let model: DistillationKeys

  /// The scheduler that a configuration describes; throws for a value that is wrong.
  public init(config: SchedulerConfig) throws(SchedulerError) {
    (model, self.config) = try ConfigReader.read(config, for: Self.self, DistillationKeys.init)
  }

  /// A run; throws for what the class cannot do.
  public func sampler(_ run: RunRequest) throws(SchedulerError) -> Sampler {
    let schedule = model.training.schedule
    let plan = try Plan(
      model.timesteps(run, isFree: true, of: self), stride: nil, in: schedule, endingAt: schedule.level(at: 0))
    return try Sampler(TrajectoryConsistency(schedule), predicting: model.prediction.prediction, plan: plan)
  }

  /// The level of a training timestep.
  public func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel {
    try model.training.level(at: timestep)
  }
}
