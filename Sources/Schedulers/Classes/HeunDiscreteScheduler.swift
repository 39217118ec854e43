public import Scheduling

/// Heun's method of second order (Karras et al. 2022, algorithm 1): two evaluations for every step but the last.
public struct HeunDiscreteScheduler: Scheduler {
  /// `HeunDiscreteScheduler`.
  public static let className = "HeunDiscreteScheduler"

  /// Every key of the class with its value, then the keys that it does not know.
  public let config: SchedulerConfig
  /// Where the numbers follow `diffusers` instead of the paper.
  public var quirks = Quirks.all
  private let prediction: PredictionType
  private let points: SigmaPoints
  private let refinement: Refinement

  /// The scheduler that a configuration describes; throws for a value that is wrong.
  public init(config: SchedulerConfig) throws(SchedulerError) {
    var keys = ConfigReader(config)
    let training = try TrainingNoise(
      &keys, curves: [.linear, .scaledLinear, .squaredCosine, .exponential], start: 0.00085, end: 0.012)
    prediction = try keys.prediction([.epsilon, .velocity, .sample])
    points = try SigmaPoints(&keys, training)
    refinement = try keys.clipping(false)
    self.config = keys.config(of: Self.self)
  }

  /// A run; throws for what the class cannot do.
  public func sampler(_ run: RunRequest) throws(SchedulerError) -> Sampler {
    let list = try points.stepsOrTimesteps(run, quirks, of: self).ending(at: 0)
    let plan = Plan.twice(
      list.timesteps(as: .single), in: .karras, scalesInput: true, initNoiseSigma: points.initNoiseSigma(list))
    let rounds = refinement == .none && quirks.roundsDerivative(in: plan)
    var solver = Heun()
    if rounds { solver.target = .noise }
    let slopes = refinement == .none ? quirks.refinement(ofSlopesIn: plan) : refinement
    return try Sampler(
      solver, predicting: prediction.prediction, refining: rounds ? .written : slopes, plan: plan)
  }

  /// The level of a training timestep.
  public func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel { try points.level(at: timestep) }
}
