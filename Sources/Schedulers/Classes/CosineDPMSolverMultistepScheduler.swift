public import Scheduling

/// DPM-Solver++ for the SDE in multistep form (Lu et al. 2022) on the cosine schedule of Stable Audio, with the noise of a
/// Brownian motion.
///
/// The noise belongs to the intervals of a run: draw it from ``noise(seeds:)``.
public struct CosineDPMSolverMultistepScheduler: Scheduler {
  /// `CosineDPMSolverMultistepScheduler`.
  public static let className = "CosineDPMSolverMultistepScheduler"
  /// Which classes take its configurations.
  public static let compatibility = Compatibility.alone

  /// Every key of the class with its value, then the keys that it does not know.
  public let config: SchedulerConfig
  /// Where the numbers follow `diffusers` instead of the paper.
  public var quirks = Quirks.all
  private let model: EDMKeys
  private let solver: DPMSolverKeys

  /// The scheduler that a configuration describes; throws for a value that is wrong.
  public init(config: SchedulerConfig) throws(SchedulerError) {
    var keys = ConfigReader(config)
    model = try EDMKeys(&keys, .stableAudio)
    solver = try DPMSolverKeys(&keys, .cosine)
    self.config = keys.config(of: Self.self)
  }

  /// A run; throws for what the class cannot do.
  public func sampler(_ run: RunRequest) throws(SchedulerError) -> Sampler {
    let sigmas = model.sigmas(try run.onlySteps(of: self), isSingle: true)
    let plan = model.plan(sigmas, endingAt: model.final == .zero ? 0 : model.smallest)
    // There is no third order in diffusers to have its quirk of the sign.
    let solver = solver.multistep(quirks.subtracting(.thirdOrderSign))
    return try Sampler(solver, predicting: model.preconditioned(), plan: plan)
  }

  /// The noise of a run.
  ///
  /// - Parameter seeds: One seed, or one for each sample: what the generators of Python were seeded with.
  /// - Throws: `SchedulerError` with the code `noise` when there is none.
  public func noise(seeds: [Int]) throws(SchedulerError) -> BrownianTree {
    try .noise(of: seeds, over: [Float(model.smallest), Float(model.largest)])
  }

  /// The level that a timestep tells of.
  public func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel { try model.level(at: timestep) }
}
