public import Scheduling

/// Multistep sampling with latent consistency models (Luo et al. 2023): a few steps, all but the last with fresh noise.
///
/// A run can be picked from another number of steps than the configuration's, and can be cut to a share: the request's
/// `originalSteps` and `strength`.
public struct LCMScheduler: Scheduler {
  /// `LCMScheduler`.
  public static let className = "LCMScheduler"
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
    let timesteps = try model.timesteps(run, isFree: false, of: self)
    let plan = try Plan(timesteps, stride: nil, in: model.training.schedule, endingAt: final(run, timesteps))
    return try Sampler(
      LatentConsistency(timestepScaling: model.timestepScaling), predicting: model.prediction.prediction,
      refining: model.refinement, plan: plan)
  }

  /// Where a run ends: at a clean sample, but for the quirk of a run that was cut.
  private func final(_ run: RunRequest, _ timesteps: [Double]) throws(SchedulerError) -> NoiseLevel {
    guard case .timesteps(let given) = run.points, timesteps.count < given.count,
      quirks.contains(.strengthKeepsNoise), let last = timesteps.last
    else { return .clean }
    return try level(at: last)
  }

  /// The level of a training timestep.
  public func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel {
    try model.training.level(at: timestep)
  }
}
