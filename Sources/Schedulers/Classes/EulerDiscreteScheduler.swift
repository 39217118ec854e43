public import Scheduling

/// Euler's method (Karras et al. 2022, algorithm 2 without its second order), with churn on request.
///
/// Churn is in the sampler's options: `churn`, `churnMinimum`, `churnMaximum`, `noiseScale`.
public struct EulerDiscreteScheduler: Scheduler {
  /// `EulerDiscreteScheduler`.
  public static let className = "EulerDiscreteScheduler"

  /// Every key of the class with its value, then the keys that it does not know.
  public let config: SchedulerConfig
  /// Where the numbers follow `diffusers` instead of the paper.
  public var quirks = Quirks.all
  private let training: TrainingNoise
  private let prediction: PredictionType
  private let points: SigmaPoints
  private let isContinuous: Bool
  private let final: FinalSigma

  private enum TimestepType: String, CaseIterable { case discrete, continuous }

  /// The scheduler that a configuration describes; throws for a value that is wrong.
  public init(config: SchedulerConfig) throws(SchedulerError) {
    var keys = ConfigReader(config)
    training = try TrainingNoise(&keys, rescaling: .nearly)
    prediction = try keys.prediction([.epsilon, .velocity, .sample, .originalSample])
    points = try SigmaPoints(&keys, training, hasBounds: true)
    isContinuous = try keys.choice("timestep_type", default: TimestepType.discrete) == .continuous
    final = try keys.choice("final_sigmas_type", default: .zero)
    self.config = keys.config(of: Self.self)
  }

  /// A run; throws for what the class cannot do.
  public func sampler(_ run: RunRequest) throws(SchedulerError) -> Sampler {
    let list = try list(run)
    let plan = Plan(
      hasContinuousTimesteps ? list.timesteps(as: .quarterLogarithm) : list.timesteps(as: .single), in: .karras,
      scalesInput: true, initNoiseSigma: points.initNoiseSigma(list))
    let churn = Churn(
      intervals: plan.sigmas.count - 1,
      convertsBefore: prediction == .velocity && quirks.contains(.velocityBeforeChurn),
      isRounded: quirks.contains(.roundedChurn))
    let rounds = quirks.roundsDerivative(in: plan)
    var solver = Euler(churn: churn, target: rounds ? .noise : .data)
    solver.drawsAlways = quirks.contains(.noiseWithoutChurn)
    return try Sampler(
      solver, predicting: prediction.prediction, refining: rounds ? .written : .none, plan: plan)
  }

  private var hasContinuousTimesteps: Bool { isContinuous && prediction == .velocity }

  private func list(_ run: RunRequest) throws(SchedulerError) -> SigmaList {
    try run.refuseShift(of: self)
    switch run.points {
    case .sigmas(let sigmas): return points.table.list(of: try RunRequest.checked(sigmas: sigmas))
    case .timesteps(let timesteps):
      if hasContinuousTimesteps { throw run.unsupported(by: self) }
      return try points.list(timesteps: timesteps).ending(at: final.sigma(of: points.table))
    case .steps(let steps):
      return try points.list(steps: steps, quirks).ending(at: final.sigma(of: points.table))
    }
  }

  /// The level of a training timestep.
  public func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel {
    try points.level(at: timestep)
  }

  /// What a model that predicts the velocity should predict at timesteps of a run.
  ///
  /// With the quirk ``Quirks/velocityByStep`` the level is that of the training timestep whose number is the step's.
  ///
  /// - Throws: `SchedulerError` when the shapes differ, or a timestep is not one of the run's.
  public func velocity(
    _ original: Tensor, _ noise: Tensor, _ timesteps: [Double], during sampler: Sampler
  ) throws(SchedulerError) -> Tensor {
    let levels = try timesteps.map { timestep throws(SchedulerError) in
      let index = try sampler.index(of: timestep)
      return quirks.contains(.velocityByStep)
        ? training.schedule.level(at: index)
        : .variancePreserving(ratio: sampler.plan.stages[index].start.sigma)
    }
    return try Scheduling.velocity(of: original, noise, levels: levels)
  }
}
