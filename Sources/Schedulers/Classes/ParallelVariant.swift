public import Scheduling

/// DDIM (Song, Meng and Ermon 2020) under the name that parallel sampling knows it by; else as ``DDIMScheduler``.
public typealias DDIMParallelScheduler = ParallelVariant<DDIMScheduler>

/// DDPM (Ho, Jain and Abbeel 2020) under the name that parallel sampling knows it by; else as ``DDPMScheduler``.
public typealias DDPMParallelScheduler = ParallelVariant<DDPMScheduler>

/// A scheduler that `diffusers` has a second class for, which differs in its name and in having a step for many timesteps at
/// once.
public struct ParallelVariant<Base: ParallelScheduler>: ParallelScheduler {
  /// The name of the base's class, with `Parallel` in it: `DDIMParallelScheduler`.
  public static var className: String { Base.className.dropLast("Scheduler".count) + "ParallelScheduler" }

  /// Every key of the class with its value, then the keys that it does not know.
  public let config: SchedulerConfig
  /// Where the numbers follow `diffusers` instead of the paper.
  public var quirks: Quirks {
    get { base.quirks }
    set { base.quirks = newValue }
  }
  private var base: Base

  /// The scheduler that a configuration describes; throws for a value that is wrong.
  public init(config: SchedulerConfig) throws(SchedulerError) {
    base = try Base(config: config)
    self.config = base.config.renamed(Self.className)
  }

  /// A run; throws for what the class cannot do.
  public func sampler(_ run: RunRequest) throws(SchedulerError) -> Sampler { try base.sampler(run) }

  /// The sampler of the step at one timestep of the training, with a stage for it alone.
  public func batchSampler(at timestep: Double, steps: Int) throws(SchedulerError) -> Sampler {
    try base.batchSampler(at: timestep, steps: steps)
  }

  /// The level of a training timestep.
  public func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel { try base.level(at: timestep) }
}
