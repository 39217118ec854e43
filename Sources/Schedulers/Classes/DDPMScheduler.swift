public import Scheduling

/// DDPM (Ho, Jain and Abbeel 2020), with fixed variances and with those that the model predicts.
public struct DDPMScheduler: ParallelScheduler {
  /// `DDPMScheduler`.
  public static let className = "DDPMScheduler"

  /// Every key of the class with its value, then the keys that it does not know.
  public let config: SchedulerConfig
  /// Where the numbers follow `diffusers` instead of the paper.
  public var quirks = Quirks.all
  private let training: TrainingNoise
  private let variance: DDPM.Variance
  private let prediction: PredictionType
  private let refinement: Refinement
  private let spacing: TimestepSpacing
  private let offset: Int

  private enum VarianceType: String, CaseIterable {
    case small = "fixed_small"
    case logarithmOfSmall = "fixed_small_log"
    case large = "fixed_large"
    case logarithmOfLarge = "fixed_large_log"
    case learned
    case learnedRange = "learned_range"

    var variance: DDPM.Variance {
      switch self {
      case .small, .logarithmOfSmall: .small
      case .large: .large
      case .logarithmOfLarge: .logarithmOfLarge
      case .learned: .learned
      case .learnedRange: .learnedRange
      }
    }
  }

  /// The scheduler that a configuration describes; throws for a value that is wrong.
  public init(config: SchedulerConfig) throws(SchedulerError) {
    var keys = ConfigReader(config)
    training = try TrainingNoise(
      &keys, curves: [.linear, .scaledLinear, .squaredCosine, .laplace, .sigmoid], rescaling: .exact)
    variance = try keys.choice("variance_type", default: VarianceType.small).variance
    prediction = try keys.prediction()
    refinement = try keys.refinement(clips: true)
    spacing = try keys.spacing(default: .leading)
    offset = try training.offset(&keys)
    self.config = keys.config(of: Self.self)
  }

  /// A run; throws for what the class cannot do.
  public func sampler(_ run: RunRequest) throws(SchedulerError) -> Sampler {
    var stride: Int?
    if case .steps(let steps) = run.points, steps > 0, quirks.contains(.plainStride) { stride = training.stride(steps) }
    return try sampler(over: Plan(timesteps(run), stride: stride, in: training.schedule, endingAt: .clean))
  }

  /// The step from one timestep alone, as parallel sampling makes it.
  public func batchSampler(at timestep: Double, steps: Int) throws(SchedulerError) -> Sampler {
    let stride = training.stride(try RunRequest.checked(steps: steps, atMost: training.count))
    return try sampler(over: Plan([timestep], stride: stride, in: training.schedule, endingAt: .clean))
  }

  private func sampler(over plan: Plan) throws(SchedulerError) -> Sampler {
    try Sampler(
      DDPM(variance, roundsBeta: quirks.contains(.roundedBeta)), predicting: prediction.prediction,
      refining: refinement, ignoringVariance: variance == .learned || variance == .learnedRange, plan: plan)
  }

  private func timesteps(_ run: RunRequest) throws(SchedulerError) -> [Double] {
    try run.refuseShift(of: self)
    switch run.points {
    case .sigmas: throw run.unsupported(by: self)
    case .timesteps(let timesteps): return try RunRequest.checked(timesteps: timesteps, of: training.count)
    case .steps(let steps):
      return spacing.wholeTimesteps(
        try RunRequest.checked(steps: steps, atMost: training.count), of: training.count, offset: offset,
        overruns: quirks.contains(.trailingOverrun))
    }
  }

  /// The level of a training timestep.
  public func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel { try training.level(at: timestep) }
}
