public import Scheduling

/// Multistep sampling with models of flow matching that were distilled to few steps: to a clean sample, and from there back to
/// the next level with fresh noise.
///
/// The points of a run are those of ``FlowMatchEulerDiscreteScheduler``. With `scale_factors` samples grow on the way, and
/// ``growingSampler(_:)`` makes the runs.
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
  private let factors: [Double]
  private let upscaling: Upscaling

  /// The scheduler that a configuration describes; throws for a value that is wrong.
  public init(config: SchedulerConfig) throws(SchedulerError) {
    var keys = ConfigReader(config)
    points = try FlowPoints(&keys)
    factors = try keys.optionalNumbers("scale_factors", in: 0...1000) ?? []
    upscaling = try keys.choice("upscale_mode", default: .bicubic)
    self.config = keys.config(of: Self.self)
  }

  /// A run; throws for what the class cannot do.
  public func sampler(_ run: RunRequest) throws(SchedulerError) -> Sampler {
    guard factors.isEmpty else {
      throw SchedulerError(
        .argument, "samples grow during a run with scale_factors", "use growingSampler, or leave scale_factors out")
    }
    return try Sampler(ConsistencyRenewal(drawsAtEnd: true), predicting: .flow, plan: points.plan(run, quirks))
  }

  /// A run whose samples grow: of one step more than `scale_factors`.
  ///
  /// - Throws: `SchedulerError` with the code `argument` for what the class cannot do.
  public func growingSampler(_ run: RunRequest) throws(SchedulerError) -> GrowingSampler {
    try GrowingSampler(points.plan(run, quirks), predicting: .flow, factors: factors, by: upscaling)
  }

  /// The level of a training timestep, which is shifted unless the shift is the run's.
  public func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel { try points.level(at: timestep) }
}
