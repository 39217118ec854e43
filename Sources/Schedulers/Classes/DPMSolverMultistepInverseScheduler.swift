public import Scheduling

/// DPM-Solver and DPM-Solver++ in multistep form, run towards the noise.
public struct DPMSolverMultistepInverseScheduler: Scheduler {
  /// `DPMSolverMultistepInverseScheduler`.
  public static let className = "DPMSolverMultistepInverseScheduler"

  /// Every key of the class with its value, then the keys that it does not know.
  public let config: SchedulerConfig
  /// Where the numbers follow `diffusers` instead of the paper.
  public var quirks = Quirks.all
  private let solver: DPMSolverKeys
  private let points: DPMSolverPoints
  private let prediction: PredictionType
  private let refinement: Refinement
  private let variance: LearnedVarianceType?

  /// The scheduler that a configuration describes; throws for a value that is wrong.
  public init(config: SchedulerConfig) throws(SchedulerError) {
    var keys = ConfigReader(config)
    let training = try TrainingNoise(&keys)
    prediction = try keys.prediction([.epsilon, .sample, .velocity, .flow])
    refinement = try keys.refinement(clips: nil)
    solver = try DPMSolverKeys(&keys, .inverse)
    try solver.refuse(prediction)
    points = try DPMSolverPoints(
      &keys, training, [.lambdaClipping, .spacing, .repeatedEnd, .inverse], final: .smallest)
    variance = try keys.optionalChoice("variance_type")
    self.config = keys.config(of: Self.self)
  }

  /// A run; throws for what the class cannot do.
  public func sampler(_ run: RunRequest) throws(SchedulerError) -> Sampler {
    let list = try points.list(run, quirks, of: self)
    return try Sampler(
      solver.multistep(quirks), predicting: prediction.prediction, refining: refinement,
      ignoringVariance: variance != nil, plan: Plan(list, in: points.frame))
  }

  /// The level of a training timestep.
  public func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel {
    try points.level(at: timestep, quirks.subtracting(.reversedTraining))
  }
}
