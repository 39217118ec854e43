public import Scheduling

/// DDIM run towards the noise, to find the noise that an image comes from.
public struct DDIMInverseScheduler: Scheduler {
  /// `DDIMInverseScheduler`.
  public static let className = "DDIMInverseScheduler"
  /// Which classes take its configurations.
  public static let compatibility = Compatibility.alone

  /// Every key of the class with its value, then the keys that it does not know.
  public let config: SchedulerConfig
  /// Where the numbers follow `diffusers` instead of the paper.
  public var quirks = Quirks.all
  private let training: TrainingNoise
  private let refinement: Refinement
  private let startsClean: Bool
  private let offset: Int
  private let prediction: PredictionType
  private let spacing: TimestepSpacing

  /// The scheduler that a configuration describes; throws for a value that is wrong.
  public init(config: SchedulerConfig) throws(SchedulerError) {
    var keys = ConfigReader(config)
    training = try TrainingNoise(&keys, rescaling: .exact)
    refinement = try keys.clipping(true)
    let startsClean = try keys.flag("set_alpha_to_one", default: true)
    // The key's name before diffusers 0.15, which still counts.
    self.startsClean = try keys.unlistedFlag("set_alpha_to_zero") ?? startsClean
    offset = try training.offset(&keys)
    prediction = try keys.prediction()
    spacing = try keys.choice("timestep_spacing", default: .leading, of: [.leading, .trailing])
    self.config = keys.config(of: Self.self)
  }

  /// A run; throws for what the class cannot do.
  public func sampler(_ run: RunRequest) throws(SchedulerError) -> Sampler {
    let steps = try run.onlySteps(of: self, atMost: training.count)
    let timesteps = spacing.wholeTimesteps(
      steps, of: training.count, offset: offset, overruns: quirks.contains(.trailingOverrun))
    let first = startsClean ? NoiseLevel.clean : training.schedule.level(at: 0)
    let plan =
      quirks.contains(.rolledInversion)
      ? try Plan.rolledInverse(
        timesteps.reversed(), steps: steps, spacing: spacing, in: training.schedule, startingAt: first)
      : try Plan.inverse(
        timesteps.reversed(), stride: training.stride(steps), in: training.schedule, startingAt: first)
    let prediction = prediction.prediction
    return try Sampler(InverseDDIM(prediction), predicting: prediction, refining: refinement, plan: plan)
  }

  /// The level of a training timestep.
  public func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel { try training.level(at: timestep) }
}
