public import Scheduling

/// Pseudo numerical methods (Liu et al. 2022): Adams–Bashforth of fourth order after a warm-up by Runge–Kutta's method, or
/// without it (PLMS, `skip_prk_steps`).
public struct PNDMScheduler: Scheduler {
  /// `PNDMScheduler`.
  public static let className = "PNDMScheduler"

  /// Every key of the class with its value, then the keys that it does not know.
  public let config: SchedulerConfig
  /// Where the numbers follow `diffusers` instead of the paper.
  public var quirks = Quirks.all
  private let training: TrainingNoise
  private let skipsWarmUp: Bool
  private let endsClean: Bool
  private let prediction: PredictionType
  private let spacing: TimestepSpacing
  private let offset: Int

  /// The scheduler that a configuration describes; throws for a value that is wrong.
  public init(config: SchedulerConfig) throws(SchedulerError) {
    var keys = ConfigReader(config)
    training = try TrainingNoise(&keys)
    skipsWarmUp = try keys.flag("skip_prk_steps")
    endsClean = try keys.flag("set_alpha_to_one")
    prediction = try keys.prediction([.epsilon, .velocity])
    spacing = try keys.spacing(default: .leading)
    offset = try training.offset(&keys)
    self.config = keys.config(of: Self.self)
  }

  /// A run; throws for what the class cannot do.
  public func sampler(_ run: RunRequest) throws(SchedulerError) -> Sampler {
    let steps = try run.onlySteps(of: self, atMost: training.count)
    let plan = try Plan.pseudoNumerical(
      spacing.wholeTimesteps(
        steps, of: training.count, offset: offset, overruns: quirks.contains(.trailingOverrun)),
      warmingUp: !skipsWarmUp, stride: quirks.contains(.fixedStride) ? training.stride(steps) : nil,
      in: training.schedule, endingAt: endsClean ? .clean : training.schedule.level(at: 0))
    let mixesVelocity = prediction == .velocity && quirks.contains(.velocityMixing)
    let solver = PLMS(warmUp: plan.warmUp, mixesVelocity: mixesVelocity)
    return try Sampler(solver, predicting: mixesVelocity ? .noise : prediction.prediction, plan: plan.plan)
  }

  /// The level of a training timestep.
  public func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel { try training.level(at: timestep) }
}
