public import Scheduling

/// DPM-Solver-2 as k-diffusion has it, with ancestral sampling: fresh noise at the end of every step but the last.
public struct KDPM2AncestralDiscreteScheduler: Scheduler {
  /// `KDPM2AncestralDiscreteScheduler`.
  public static let className = "KDPM2AncestralDiscreteScheduler"

  /// Every key of the class with its value, then the keys that it does not know.
  public let config: SchedulerConfig
  /// Where the numbers follow `diffusers` instead of the paper.
  public var quirks = Quirks.all
  private let keys: KDPM2Keys

  /// The scheduler that a configuration describes; throws for a value that is wrong.
  public init(config: SchedulerConfig) throws(SchedulerError) {
    (keys, self.config) = try ConfigReader.read(config, for: Self.self, KDPM2Keys.init)
  }

  /// A run; throws for what the class cannot do.
  public func sampler(_ run: RunRequest) throws(SchedulerError) -> Sampler {
    try keys.sampler(steps: run.onlySteps(of: self), isAncestral: true, quirks)
  }

  /// The level of a training timestep.
  public func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel { try keys.points.level(at: timestep) }
}
