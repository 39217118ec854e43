public import Scheduling

/// Euler's method with ancestral sampling: as much fresh noise at every step as DDPM draws.
public struct EulerAncestralDiscreteScheduler: Scheduler {
  /// `EulerAncestralDiscreteScheduler`.
  public static let className = "EulerAncestralDiscreteScheduler"

  /// Every key of the class with its value, then the keys that it does not know.
  public let config: SchedulerConfig
  /// Where the numbers follow `diffusers` instead of the paper.
  public var quirks = Quirks.all
  private let prediction: PredictionType
  private let points: SigmaPoints

  /// The scheduler that a configuration describes; throws for a value that is wrong.
  public init(config: SchedulerConfig) throws(SchedulerError) {
    var keys = ConfigReader(config)
    let training = try TrainingNoise(&keys, rescaling: .nearly)
    prediction = try keys.prediction([.epsilon, .velocity])
    points = try SigmaPoints(&keys, training, .none)
    self.config = keys.config(of: Self.self)
  }

  /// A run; throws for what the class cannot do.
  public func sampler(_ run: RunRequest) throws(SchedulerError) -> Sampler {
    let list = try points.list(steps: run.onlySteps(of: self), quirks).ending(at: 0)
    let plan = Plan(
      list.timesteps(as: .single), in: .karras, scalesInput: true, initNoiseSigma: points.initNoiseSigma(list))
    let rounds = quirks.roundsDerivative(in: plan)
    let solver = DDIM(eta: 1, isRounded: quirks.contains(.roundedAncestral), target: rounds ? .noise : .data)
    return try Sampler(
      solver, predicting: prediction.prediction, refining: rounds ? .written : .none, plan: plan)
  }

  /// The level of a training timestep.
  public func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel { try points.level(at: timestep) }
}
