public import Scheduling

/// Two steps with the consistency decoder of DALL·E 3 (OpenAI 2023; Song et al. 2023), which turns latents into images.
///
/// The timesteps are 1008 and 512, whatever the training; another number of steps is refused.
public struct ConsistencyDecoderScheduler: Scheduler {
  /// `ConsistencyDecoderScheduler`.
  public static let className = "ConsistencyDecoderScheduler"
  /// Which classes take its configurations.
  public static let compatibility = Compatibility.alone

  /// Every key of the class with its value, then the keys that it does not know.
  public let config: SchedulerConfig
  /// Where the numbers follow `diffusers` instead of the paper.
  public var quirks = Quirks.all
  private let schedule: NoiseSchedule
  private let dataDeviation: Double

  private static let timesteps = [1008.0, 512]

  /// The scheduler that a configuration describes; throws for a value that is wrong.
  public init(config: SchedulerConfig) throws(SchedulerError) {
    var keys = ConfigReader(config)
    schedule = NoiseSchedule(.squaredCosine, from: 0, to: 0, count: try keys.trainingSteps(default: 1024))
    dataDeviation = try keys.dataDeviation()
    self.config = keys.config(of: Self.self)
  }

  /// A run of two steps; throws for what the class cannot do, and for a training that does not have its timesteps.
  public func sampler(_ run: RunRequest) throws(SchedulerError) -> Sampler {
    let steps = try run.onlySteps(of: self)
    guard steps == Self.timesteps.count else {
      throw .argument("steps", steps, wants: "2, all that the decoder was distilled to", "ask for two steps")
    }
    var plan = try Plan(Self.timesteps, stride: nil, in: schedule, endingAt: .clean)
    plan.initNoiseSigma = plan.stages[0].level.sigma
    return try Sampler(
      ConsistencyRenewal(drawsAtEnd: false), predicting: .preconditioned(dataDeviation: dataDeviation, sign: 1),
      plan: plan.scalingInput(dataDeviation: dataDeviation))
  }

  /// The level of a training timestep.
  public func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel {
    schedule.level(at: try schedule.index(of: timestep))
  }
}
