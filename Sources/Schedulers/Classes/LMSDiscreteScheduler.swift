public import Scheduling

/// Linear multistep in σ, of fourth order unless the sampler's `options.order` says otherwise.
public struct LMSDiscreteScheduler: Scheduler {
  /// `LMSDiscreteScheduler`.
  public static let className = "LMSDiscreteScheduler"

  /// Every key of the class with its value, then the keys that it does not know.
  public let config: SchedulerConfig
  /// Where the numbers follow `diffusers` instead of the paper.
  public var quirks = Quirks.all
  private let prediction: PredictionType
  private let points: SigmaPoints

  /// The scheduler that a configuration describes; throws for a value that is wrong.
  public init(config: SchedulerConfig) throws(SchedulerError) {
    var keys = ConfigReader(config)
    let training = try TrainingNoise(&keys)
    prediction = try keys.prediction()
    points = try SigmaPoints(&keys, training)
    self.config = keys.config(of: Self.self)
  }

  /// A run; throws for what the class cannot do.
  public func sampler(_ run: RunRequest) throws(SchedulerError) -> Sampler {
    let list = try points.list(steps: run.onlySteps(of: self), quirks).ending(at: 0)
    let plan = Plan(
      list.timesteps(as: .single), in: .karras, scalesInput: true, initNoiseSigma: points.initNoiseSigma(list))
    return try Sampler(
      LMS(assumesHistory: quirks.contains(.assumedHistory)), predicting: prediction.prediction,
      refining: quirks.roundsDerivative(in: plan) ? .written : .none, plan: plan)
  }

  /// The level of a training timestep.
  public func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel { try points.level(at: timestep) }
}
