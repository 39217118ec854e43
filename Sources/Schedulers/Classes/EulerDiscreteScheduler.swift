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
  private let table: SigmaTable
  private let prediction: PredictionType
  private let interpolation: Interpolation
  private let respacing: SigmaKeys
  private let smallest, largest: Double?
  private let spacing: TimestepSpacing
  private let isContinuous: Bool
  private let offset: Int
  private let final: FinalSigma

  private enum Interpolation: String, CaseIterable {
    case linear
    case logLinear = "log_linear"
  }

  private enum TimestepType: String, CaseIterable { case discrete, continuous }

  /// The scheduler that a configuration describes; throws for a value that is wrong.
  public init(config: SchedulerConfig) throws(SchedulerError) {
    var keys = ConfigReader(config)
    training = try TrainingNoise(&keys, rescaling: .nearly)
    table = SigmaTable(training.schedule.sigmas)
    prediction = try keys.prediction([.epsilon, .velocity, .sample, .originalSample])
    interpolation = try keys.choice("interpolation_type", default: .linear)
    respacing = try SigmaKeys(&keys)
    smallest = try keys.optionalNumber("sigma_min", in: 0...Double.greatestFiniteMagnitude)
    largest = try keys.optionalNumber("sigma_max", in: 0...Double.greatestFiniteMagnitude)
    spacing = try keys.spacing(default: .linspace)
    isContinuous = try keys.choice("timestep_type", default: TimestepType.discrete) == .continuous
    offset = try training.offset(&keys)
    final = try keys.choice("final_sigmas_type", default: .zero)
    self.config = keys.config(of: Self.self)
  }

  /// A run; throws for what the class cannot do.
  public func sampler(_ run: RunRequest) throws(SchedulerError) -> Sampler {
    let list = try points(run)
    let hasContinuousTimesteps = isContinuous && prediction == .velocity
    let plan = Plan(
      hasContinuousTimesteps ? list.continuousTimesteps() : list.timesteps(as: .single), in: .karras,
      scalesInput: true,
      initNoiseSigma: initialDeviation(sigma: list.sigmas.max() ?? 0, countingSignal: spacing == .leading))
    let solver = Euler(intervals: plan.sigmas.count - 1, convertsBeforeChurn: prediction == .velocity)
    return try Sampler(solver, predicting: prediction.prediction, plan: plan)
  }

  private func points(_ run: RunRequest) throws(SchedulerError) -> SigmaList {
    switch run.points {
    case .sigmas(let sigmas): return table.list(of: try RunRequest.checked(sigmas: sigmas))
    case .timesteps(let timesteps):
      try respacing.refuseTimesteps()
      if isContinuous, prediction == .velocity { throw run.unsupported(by: self) }
      return interpolated(try RunRequest.checked(timesteps: timesteps, of: training.count))
    case .steps(let steps):
      let steps = try RunRequest.checked(steps: steps)
      return interpolated(
        spacing.timesteps(
          steps, of: training.count, offset: offset, overruns: quirks.contains(.trailingOverrun)))
    }
  }

  private func interpolated(_ timesteps: [Double]) -> SigmaList {
    var list = table.list(at: timesteps)
    if interpolation == .logLinear { list.sigmas = table.logLinear(timesteps.count + 1) }
    if let schedule = respacing.schedule {
      list = table.list(
        schedule, count: timesteps.count, from: largest ?? list.sigmas[0],
        to: smallest ?? list.sigmas[list.sigmas.count - 1])
    }
    return list.ending(at: final.sigma(of: table))
  }

  /// The level of a training timestep.
  public func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel {
    .karras(Double(table.sigmas[try training.schedule.index(of: timestep)]))
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
