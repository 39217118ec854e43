public import Scheduling

/// DEIS in multistep form with a polynomial in log ρ (Zhang and Chen 2022), of order 1 to 3.
public struct DEISMultistepScheduler: Scheduler {
  /// `DEISMultistepScheduler`.
  public static let className = "DEISMultistepScheduler"

  /// Every key of the class with its value, then the keys that it does not know.
  public let config: SchedulerConfig
  /// Where the numbers follow `diffusers` instead of the paper.
  public var quirks = Quirks.all
  private let solver: DEIS
  private let points: DPMSolverPoints
  private let prediction: PredictionType
  private let refinement: Refinement

  private enum Algorithm: String, CaseIterable { case deis }
  private enum SolverType: String, CaseIterable { case logrho }

  /// The scheduler that a configuration describes; throws for a value that is wrong.
  public init(config: SchedulerConfig) throws(SchedulerError) {
    var keys = ConfigReader(config)
    let training = try TrainingNoise(&keys)
    let order = try keys.integer("solver_order", default: 2, in: 1...3)
    prediction = try keys.prediction([.epsilon, .sample, .velocity, .flow])
    refinement = try keys.refinement(clips: nil)
    _ = try keys.choice(
      "algorithm_type", default: Algorithm.deis, aliases: ["dpmsolver": .deis, "dpmsolver++": .deis])
    _ = try keys.choice(
      "solver_type", default: SolverType.logrho,
      aliases: ["midpoint": .logrho, "heun": .logrho, "bh1": .logrho, "bh2": .logrho])
    solver = DEIS(order: order, lowersFinalOrders: try keys.flag("lower_order_final", default: true))
    points = try DPMSolverPoints(&keys, training, [.spacing, .repeatedEnd], final: .smallest)
    self.config = keys.config(of: Self.self)
  }

  /// A run; throws for what the class cannot do.
  public func sampler(_ run: RunRequest) throws(SchedulerError) -> Sampler {
    let list = try points.list(run, quirks, of: self)
    var solver = solver
    solver.roundsCoefficients = quirks.contains(.roundedIntegrals)
    let prediction = prediction.prediction(in: points.frame, quirks)
    // Noise is made of the clean sample here, even where frames are mixed and that is not the noise that was predicted.
    let writes = solver.roundsCoefficients || prediction == .unscaledVelocity
    let plan = Plan(list, in: points.frame)
    return try Sampler(
      solver, predicting: prediction, refining: writes && refinement == .none ? .written : refinement,
      plan: solver.roundsCoefficients ? plan.inSinglePrecision : plan)
  }

  /// The level of a training timestep.
  public func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel {
    try points.level(at: timestep, quirks)
  }
}
