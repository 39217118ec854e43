public import Scheduling

/// The stochastic Adams solver (Xue et al. 2023): a predictor and a corrector of order up to 3 and 4, with as much noise at
/// each timestep as ``tau`` says.
public struct SASolverScheduler: Scheduler {
  /// `SASolverScheduler`.
  public static let className = "SASolverScheduler"

  /// Every key of the class with its value, then the keys that it does not know.
  public let config: SchedulerConfig
  /// Where the numbers follow `diffusers` instead of the paper.
  public var quirks = Quirks.all
  /// How stochastic the step from a timestep is, from 0 for the ODE to 1 for the SDE: `tau_func`, which a file cannot hold.
  ///
  /// 1 from 200 to 800 and 0 elsewhere unless set, whatever the number of training timesteps.
  public var tau: @Sendable (Double) -> Double = { (200...800).contains($0) ? 1 : 0 }
  private let training: TrainingNoise
  private let predictorOrder, correctorOrder: Int
  private let prediction: PredictionType
  private let refinement: Refinement
  private let algorithm: Algorithm
  private let lowersFinalOrders: Bool
  private let points: DPMSolverPoints
  private let variance: LearnedVarianceType?

  private enum Algorithm: String, CaseIterable {
    case data = "data_prediction"
    case noise = "noise_prediction"
  }

  /// The scheduler that a configuration describes; throws for a value that is wrong.
  public init(config: SchedulerConfig) throws(SchedulerError) {
    var keys = ConfigReader(config)
    training = try TrainingNoise(&keys)
    predictorOrder = try keys.integer("predictor_order", default: 2, in: 1...3)
    correctorOrder = try keys.integer("corrector_order", default: 2, in: 1...4)
    prediction = try keys.prediction([.epsilon, .sample, .velocity, .flow])
    try keys.nothing("tau_func")
    refinement = try keys.refinement(clips: nil)
    algorithm = try keys.choice("algorithm_type", default: .data)
    lowersFinalOrders = try keys.flag("lower_order_final", default: true)
    points = try DPMSolverPoints(
      &keys, training, [.lambdaClipping, .spacing, .repeatedEnd, .staticShift], final: .smallest)
    variance = try keys.optionalChoice("variance_type")
    if prediction == .flow, algorithm == .noise {
      throw SchedulerError(
        .configuration, "prediction_type is \"flow_prediction\", which noise_prediction cannot convert",
        "set algorithm_type to \"data_prediction\"")
    }
    self.config = keys.config(of: Self.self)
  }

  /// A run; throws for what the class cannot do.
  public func sampler(_ run: RunRequest) throws(SchedulerError) -> Sampler {
    let plan = Plan(try points.list(run, quirks, of: self), in: points.frame)
    let solver = SASolver(
      algorithm == .data ? .data : .noise, predictorOrder: predictorOrder, correctorOrder: correctorOrder,
      lowersFinalOrders: lowersFinalOrders, tau: plan.stages.map { tau($0.timestep) })
    return try Sampler(
      solver, predicting: prediction.prediction(in: points.frame, quirks), refining: refinement,
      ignoringVariance: variance != nil, plan: plan)
  }

  /// The level of a training timestep.
  public func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel { try training.level(at: timestep) }
}
