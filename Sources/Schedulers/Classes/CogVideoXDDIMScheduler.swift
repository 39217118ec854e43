public import Scheduling

/// DDIM (Song, Meng and Ermon 2020) for CogVideoX (Yang et al. 2024), whose noise schedule is shifted towards the noise.
///
/// It is deterministic, whatever the sampler's `options.eta` says, and predictions are not clipped, whatever the configuration
/// says.
public struct CogVideoXDDIMScheduler: Scheduler {
  /// `CogVideoXDDIMScheduler`.
  public static let className = "CogVideoXDDIMScheduler"

  /// Every key of the class with its value, then the keys that it does not know.
  public let config: SchedulerConfig
  /// Where the numbers follow `diffusers` instead of the paper.
  public var quirks = Quirks.all
  private let model: CogVideoXModel

  /// The scheduler that a configuration describes; throws for a value that is wrong.
  public init(config: SchedulerConfig) throws(SchedulerError) {
    (model, self.config) = try ConfigReader.read(config, for: Self.self, CogVideoXModel.init)
  }

  /// A run; throws for what the class cannot do.
  public func sampler(_ run: RunRequest) throws(SchedulerError) -> Sampler {
    try Sampler(
      DDIM(isDeterministic: true), predicting: model.prediction.prediction, plan: model.plan(run, quirks, of: self).plan
    )
  }

  /// The level of a training timestep.
  public func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel { try model.level(at: timestep) }
}
