public import Scheduling

/// The unified predictor-corrector (Zhao et al. 2023), of any order to 9.
public struct UniPCMultistepScheduler: Scheduler {
  /// `UniPCMultistepScheduler`.
  public static let className = "UniPCMultistepScheduler"

  /// Every key of the class with its value, then the keys that it does not know.
  public let config: SchedulerConfig
  /// Where the numbers follow `diffusers` instead of the paper.
  public var quirks = Quirks.all
  private let solver: UniPCKeys
  private let points: UniPCPoints
  private let prediction: PredictionType
  private let refinement: Refinement

  /// The scheduler that a configuration describes; throws for a value that is wrong.
  public init(config: SchedulerConfig) throws(SchedulerError) {
    var keys = ConfigReader(config)
    let training = try TrainingNoise(&keys, rescaling: .nearly)
    prediction = try keys.prediction([.epsilon, .sample, .velocity, .flow])
    refinement = try keys.refinement(clips: nil)
    solver = try UniPCKeys(&keys)
    try solver.refuse(prediction)
    points = try UniPCPoints(&keys, training)
    self.config = keys.config(of: Self.self)
  }

  /// A run; throws for what the class cannot do.
  public func sampler(_ run: RunRequest) throws(SchedulerError) -> Sampler {
    let plan = Plan(try points.list(run, quirks, of: self), in: points.frame)
    // Where only noise is refined the prediction stays as it is.
    return try Sampler(
      solver.solver(quirks), predicting: prediction.prediction(in: points.frame, quirks),
      refining: solver.target == .data ? refinement : .none,
      plan: plan)
  }

  /// The level of a training timestep.
  public func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel {
    try points.level(at: timestep, quirks)
  }
}
