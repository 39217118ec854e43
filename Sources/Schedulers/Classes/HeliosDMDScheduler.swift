public import Scheduling

/// Sampling with a Helios model that was distilled to few steps by matching distributions: to a clean video, and from there back
/// to the next level with noise.
///
/// A run is of one stage: the request's `stage`, 0 for the first; one that makes the first chunk of a video may take twice the
/// steps (`amplifiesFirstChunk`). Python's step is given the noise, and a pipeline gives the same one to every step: here
/// `step(_:_:_:noise:)` is given it, and a generator draws fresh noise.
public struct HeliosDMDScheduler: Scheduler {
  /// `HeliosDMDScheduler`.
  public static let className = "HeliosDMDScheduler"
  /// Which classes take its configurations.
  public static let compatibility = Compatibility.alone

  /// Every key of the class with its value, then the keys that it does not know.
  public let config: SchedulerConfig
  /// Where the numbers follow `diffusers` instead of the paper.
  public var quirks = Quirks.all
  private let points: HeliosPoints

  /// The scheduler that a configuration describes; throws for a value that is wrong.
  public init(config: SchedulerConfig) throws(SchedulerError) {
    var keys = ConfigReader(config)
    points = try HeliosPoints(&keys, timeShift: .linear)
    _ = try keys.prediction([.flow])
    _ = try keys.flag("use_flow_sigmas", default: true)
    self.config = keys.config(of: Self.self)
  }

  /// A run of one stage; throws for what the class cannot do.
  public func sampler(_ run: RunRequest) throws(SchedulerError) -> Sampler {
    try Sampler(
      ConsistencyRenewal(drawsAtEnd: false), predicting: .flow,
      plan: points.distilledPlan(run, of: self))
  }

  /// The level of a timestep, which is shifted already.
  public func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel { try points.level(at: timestep) }
}
