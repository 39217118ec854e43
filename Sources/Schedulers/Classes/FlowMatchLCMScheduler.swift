public import Scheduling

/// Multistep sampling with models of flow matching that were distilled to few steps: to a clean sample, and from there back to
/// the next level with fresh noise.
///
/// The points of a run are those of ``FlowMatchEulerDiscreteScheduler``. Runs whose samples grow on the way (`scale_factors`)
/// are not made here.
public struct FlowMatchLCMScheduler: Scheduler {
  /// `FlowMatchLCMScheduler`.
  public static let className = "FlowMatchLCMScheduler"
  /// Which classes take its configurations.
  public static let compatibility = Compatibility.alone

  /// Every key of the class with its value, then the keys that it does not know.
  public let config: SchedulerConfig
  /// Where the numbers follow `diffusers` instead of the paper.
  public var quirks = Quirks.all
  private let points: FlowPoints

  private enum UpscaleMode: String, CaseIterable {
    case nearest, linear, bilinear, bicubic, trilinear, area
    case nearestExact = "nearest-exact"
  }

  /// The scheduler that a configuration describes; throws for a value that is wrong.
  public init(config: SchedulerConfig) throws(SchedulerError) {
    var keys = ConfigReader(config)
    points = try FlowPoints(&keys)
    try keys.nothing("scale_factors", because: "samples do not grow during a run here")
    _ = try keys.choice("upscale_mode", default: UpscaleMode.bicubic)
    self.config = keys.config(of: Self.self)
  }

  /// A run; throws for what the class cannot do.
  public func sampler(_ run: RunRequest) throws(SchedulerError) -> Sampler {
    try Sampler(ConsistencyRenewal(drawsAtEnd: true), predicting: .flow, plan: points.plan(run, quirks))
  }

  /// The level of a training timestep, which is shifted unless the shift is the run's.
  public func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel { try points.level(at: timestep) }
}
