public import Scheduling

/// The unified predictor-corrector (Zhao et al. 2023), of any order to 9.
public struct UniPCMultistepScheduler: Scheduler {
  /// `UniPCMultistepScheduler`.
  public static let className = "UniPCMultistepScheduler"

  /// Every key of the class with its value, then the keys that it does not know.
  public let config: SchedulerConfig
  /// Where the numbers follow `diffusers` instead of the paper.
  public var quirks = Quirks.all
  private let solver: UniPC
  private let points: UniPCPoints
  private let prediction: PredictionType
  private let refinement: Refinement

  /// The scheduler that a configuration describes; throws for a value that is wrong.
  public init(config: SchedulerConfig) throws(SchedulerError) {
    var keys = ConfigReader(config)
    let training = try TrainingNoise(&keys, rescaling: .nearly)
    let order = try keys.integer("solver_order", default: 2, in: 1...9)
    prediction = try keys.prediction([.epsilon, .sample, .velocity, .flow])
    refinement = try keys.refinement(clips: nil)
    let target: Prediction.Target = try keys.flag("predict_x0", default: true) ? .data : .noise
    if prediction == .flow, target == .noise {
      throw SchedulerError(
        .configuration, "prediction_type is \"flow_prediction\", which is not converted to noise",
        "set predict_x0 to true")
    }
    let scale: UniPC.Scale = try keys.choice(
      "solver_type", default: .bh2, aliases: ["midpoint": .bh2, "heun": .bh2, "logrho": .bh2])
    let lowers = try keys.flag("lower_order_final", default: true)
    let uncorrected = try keys.integers("disable_corrector")
    try keys.nothing("solver_p", because: "another scheduler as the predictor is not supported")
    solver = UniPC(
      target, order: order, scale: scale, lowersFinalOrders: lowers, uncorrected: Set(uncorrected))
    points = try UniPCPoints(&keys, training)
    self.config = keys.config(of: Self.self)
  }

  /// A run; throws for what the class cannot do.
  public func sampler(_ run: RunRequest) throws(SchedulerError) -> Sampler {
    let plan = Plan(try points.list(run, quirks, of: self), in: points.frame)
    var solver = solver
    solver.multipliesNothing = quirks.contains(.lostLastStep)
    // Where only noise is refined the prediction stays as it is.
    return try Sampler(
      solver, predicting: prediction.prediction, refining: solver.target == .data ? refinement : .none, plan: plan)
  }

  /// The level of a training timestep.
  public func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel {
    try points.level(at: timestep, quirks)
  }
}
