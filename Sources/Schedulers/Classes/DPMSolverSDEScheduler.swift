public import Scheduling

/// DPM-Solver++ of second order for the SDE, in single steps (`dpmpp_sde`), with the noise of a Brownian motion.
///
/// The noise belongs to the intervals of a run: draw it from ``noise(for:seeds:)``, and more steps refine a picture
/// instead of changing it. Any other generator works too, without that.
public struct DPMSolverSDEScheduler: Scheduler {
  /// `DPMSolverSDEScheduler`.
  public static let className = "DPMSolverSDEScheduler"

  /// Every key of the class with its value, then the keys that it does not know.
  public let config: SchedulerConfig
  /// Where the numbers follow `diffusers` instead of the paper.
  public var quirks = Quirks.all
  private let prediction: PredictionType
  private let points: SigmaPoints
  private let seeds: [Int]?

  /// The scheduler that a configuration describes; throws for a value that is wrong.
  public init(config: SchedulerConfig) throws(SchedulerError) {
    var keys = ConfigReader(config)
    let training = try TrainingNoise(&keys, start: 0.00085, end: 0.012)
    prediction = try keys.prediction([.epsilon, .velocity])
    points = try SigmaPoints(&keys, training, singleTimesteps: false)
    seeds = try keys.optionalSeeds("noise_sampler_seed")
    self.config = keys.config(of: Self.self)
  }

  /// A run; throws for what the class cannot do.
  public func sampler(_ run: RunRequest) throws(SchedulerError) -> Sampler {
    let list = try points.list(steps: run.onlySteps(of: self), quirks).ending(at: 0)
    var plan = Plan.midpoints(
      list, of: points.table, for: Midpoint(), isSingle: false, initNoiseSigma: points.initNoiseSigma(list))
    plan.sigmas = Plan.twice(list, in: .karras).sigmas
    plan.noisesMiddlesToEnds = quirks.contains(.middlesNoisedToEnds)
    return try Sampler(DPMSolverSDE(), predicting: prediction.prediction, plan: plan)
  }

  /// The noise of a run.
  ///
  /// - Parameters:
  ///   - sampler: The run.
  ///   - seeds: One seed, or one for each sample; those of the configuration unless given.
  /// - Throws: `SchedulerError` with the code `noise` when there is no seed at all.
  public func noise(for sampler: Sampler, seeds: [Int]? = nil) throws(SchedulerError) -> BrownianTree {
    try .noise(of: seeds ?? self.seeds, over: sampler.plan.sigmas)
  }

  /// The level of a training timestep.
  public func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel { try points.level(at: timestep) }
}

extension BrownianTree {
  /// The motion over the sigmas of a run, the clean end left out.
  static func noise(of seeds: [Int]?, over sigmas: [Float]) throws(SchedulerError) -> BrownianTree {
    let noisy = sigmas.filter { $0 > 0 }
    guard let seeds, !seeds.isEmpty, let smallest = noisy.min(), let largest = noisy.max() else {
      throw SchedulerError(.noise, "the run has no seed", "give seeds, or set noise_sampler_seed")
    }
    return BrownianTree(seeds: seeds, from: Double(smallest), to: Double(largest))
  }
}
