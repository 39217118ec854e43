public import Scheduling

/// DDIM (Song, Meng and Ermon 2020): deterministic, or with any share of fresh noise.
///
/// How much noise is drawn afresh is the sampler's `options.eta`, 0 unless set.
public struct DDIMScheduler: ParallelScheduler {
  /// `DDIMScheduler`.
  public static let className = "DDIMScheduler"

  /// Every key of the class with its value, then the keys that it does not know.
  public let config: SchedulerConfig
  /// Where the numbers follow `diffusers` instead of the paper.
  public var quirks = Quirks.all
  private let training: TrainingNoise
  private let prediction: PredictionType
  private let refinement: Refinement
  private let spacing: TimestepSpacing
  private let offset: Int
  private let endsClean: Bool

  /// The scheduler that a configuration describes; throws for a value that is wrong.
  public init(config: SchedulerConfig) throws(SchedulerError) {
    var keys = ConfigReader(config)
    training = try TrainingNoise(&keys, rescaling: .exact)
    prediction = try keys.prediction()
    refinement = try keys.refinement(clips: true)
    spacing = try keys.spacing(default: .leading)
    offset = try training.offset(&keys)
    endsClean = try keys.flag("set_alpha_to_one", default: true)
    self.config = keys.config(of: Self.self)
  }

  /// A run; throws for what the class cannot do.
  public func sampler(_ run: RunRequest) throws(SchedulerError) -> Sampler {
    let steps = try run.onlySteps(of: self, atMost: training.count)
    let timesteps = spacing.wholeTimesteps(
      steps, of: training.count, offset: offset, overruns: quirks.contains(.trailingOverrun))
    let plan = try Plan(
      timesteps, stride: quirks.contains(.fixedStride) ? training.stride(steps) : nil, in: training.schedule,
      endingAt: endsClean ? .clean : training.schedule.level(at: 0))
    return try Sampler(solver, predicting: prediction.prediction, refining: refinement, plan: plan)
  }

  private var solver: DDIM { DDIM(isRounded: quirks.contains(.roundedDirection)) }

  /// The step from one timestep alone, as parallel sampling makes it: it always ends at a clean sample where the run does.
  public func batchSampler(at timestep: Double, steps: Int) throws(SchedulerError) -> Sampler {
    let stride = training.stride(try RunRequest.checked(steps: steps, atMost: training.count))
    let plan = try Plan([timestep], stride: stride, in: training.schedule, endingAt: .clean)
    return try Sampler(solver, predicting: prediction.prediction, refining: refinement, plan: plan)
  }

  /// The level of a training timestep.
  public func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel { try training.level(at: timestep) }
}
