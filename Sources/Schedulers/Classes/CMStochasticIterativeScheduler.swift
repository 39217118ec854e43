public import Scheduling

/// Multistep sampling with consistency models (Song et al. 2023, algorithm 1).
///
/// Timesteps that are given are indices into the training's sigmas, which count from the smallest; those of the run, which
/// the model is given, are logarithms of sigmas.
public struct CMStochasticIterativeScheduler: Scheduler {
  /// `CMStochasticIterativeScheduler`.
  public static let className = "CMStochasticIterativeScheduler"
  /// Which classes take its configurations.
  public static let compatibility = Compatibility.alone

  /// Every key of the class with its value, then the keys that it does not know.
  public let config: SchedulerConfig
  /// Where the numbers follow `diffusers` instead of the paper.
  public var quirks = Quirks.all
  private let training: Int
  private let smallest, largest, dataDeviation, noiseScale, rho: Double
  private let clips: Bool

  /// The scheduler that a configuration describes; throws for a value that is wrong.
  public init(config: SchedulerConfig) throws(SchedulerError) {
    var keys = ConfigReader(config)
    let positive = Double.leastNormalMagnitude...Double.greatestFiniteMagnitude
    training = try keys.trainingSteps(default: 40)
    smallest = try keys.number("sigma_min", default: 0.002, in: positive)
    largest = try keys.number("sigma_max", default: 80, in: positive)
    dataDeviation = try keys.dataDeviation()
    noiseScale = try keys.number("s_noise", default: 1)
    rho = try keys.number("rho", default: 7, in: positive)
    clips = try keys.flag("clip_denoised", default: true)
    self.config = keys.config(of: Self.self)
  }

  /// A run; throws for what the class cannot do.
  public func sampler(_ run: RunRequest) throws(SchedulerError) -> Sampler {
    let sigmas = try indices(run).map { index in
      SigmaSchedule.karras(at: index / Double(training - 1), rho: rho, from: largest, to: smallest)
    }
    let list = SigmaList(timesteps: sigmas, sigmas: sigmas).timesteps(as: .thousandQuarterLogarithms)
    let plan = Plan(list.ending(at: smallest), in: .karras, initNoiseSigma: largest)
    return try Sampler(
      ConsistencySampling(smallestSigma: smallest, noiseScale: noiseScale),
      predicting: .consistency(dataDeviation: dataDeviation, smallestSigma: smallest),
      refining: clips ? .clip(1) : .none, plan: plan.scalingInput(dataDeviation: dataDeviation))
  }

  /// The indices of a run into the training's sigmas, from the largest.
  private func indices(_ run: RunRequest) throws(SchedulerError) -> [Double] {
    try run.refuseShift(of: self)
    switch run.points {
    case .sigmas: throw run.unsupported(by: self)
    case .timesteps(let timesteps): return try RunRequest.checked(timesteps: timesteps, of: training).reversed()
    case .steps(let steps):
      let steps = try RunRequest.checked(steps: steps, atMost: training)
      return TimestepSpacing.leading.timesteps(steps, of: training).reversed()
    }
  }

  /// The level that a timestep of a run tells of.
  public func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel {
    try NoiseCondition.thousandQuarterLogarithms.level(at: timestep)
  }
}
