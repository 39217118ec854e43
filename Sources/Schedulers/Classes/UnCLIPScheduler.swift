public import Scheduling

/// DDPM as unCLIP has it (Ramesh et al. 2022): a squared cosine, timesteps from the last to the first, and a variance that
/// is fixed or predicted as a position between two.
public struct UnCLIPScheduler: Scheduler {
  /// `UnCLIPScheduler`.
  public static let className = "UnCLIPScheduler"
  /// Which classes take its configurations.
  public static let compatibility = Compatibility.alone

  /// Every key of the class with its value, then the keys that it does not know.
  public let config: SchedulerConfig
  /// Where the numbers follow `diffusers` instead of the paper.
  public var quirks = Quirks.all
  private let schedule: NoiseSchedule
  private let variance: VarianceType
  private let refinement: Refinement
  private let prediction: PredictionType

  private enum VarianceType: String, CaseIterable {
    case fixed = "fixed_small_log"
    case learned = "learned_range"
  }

  /// The scheduler that a configuration describes; throws for a value that is wrong.
  public init(config: SchedulerConfig) throws(SchedulerError) {
    var keys = ConfigReader(config)
    let training = try keys.trainingSteps()
    variance = try keys.choice("variance_type", default: .fixed)
    refinement = try keys.clipping(true)
    prediction = try keys.prediction([.epsilon, .sample])
    schedule = NoiseSchedule(
      try keys.choice("beta_schedule", default: .squaredCosine, of: [BetaSchedule.squaredCosine]), from: 0, to: 0,
      count: training)
    self.config = keys.config(of: Self.self)
  }

  /// A run of at least two steps; throws for what the class cannot do.
  public func sampler(_ run: RunRequest) throws(SchedulerError) -> Sampler {
    let steps = try run.onlySteps(of: self)
    guard steps > 1 else {
      throw .argument("steps", steps, wants: "at least 2", "a run goes from the last training timestep to the first")
    }
    let timesteps = TimestepSpacing.linspace.wholeTimesteps(steps, of: schedule.count)
    let plan = try Plan(timesteps, stride: nil, in: schedule, endingAt: .clean)
    let solver = DDPM(
      variance == .learned ? .learnedRange : .small, roundsBeta: quirks.contains(.roundedBeta),
      betas: quirks.contains(.roundedBeta) ? schedule.betas : [])
    return try Sampler(
      solver, predicting: prediction.prediction, refining: refinement, ignoringVariance: variance == .learned,
      plan: plan)
  }

  /// The level of a training timestep.
  public func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel {
    schedule.level(at: try schedule.index(of: timestep))
  }
}
