public import Scheduling

/// DPM fast: DPM-Solver-fast, of as many evaluations as there are steps. `diffusers` has no such class; k-diffusion has it.
///
/// A run ends at the training's smallest sigma, as k-diffusion's does, and not at a clean sample.
public struct DPMFastScheduler: Scheduler {
  /// `DPMFastScheduler`, which no class of `diffusers` is called.
  public static let className = "DPMFastScheduler"

  /// Every key of the class with its value, then the keys that it does not know.
  public let config: SchedulerConfig
  /// It has none: there is no class in `diffusers` to follow.
  public var quirks = Quirks.all
  private let keys: KDiffusionKeys

  /// The scheduler that a configuration describes; throws for a value that is wrong.
  public init(config: SchedulerConfig) throws(SchedulerError) {
    var reader = ConfigReader(config)
    keys = try KDiffusionKeys(&reader, eta: 0)
    self.config = reader.config(of: Self.self)
  }

  /// A run, over so many evaluations; throws for what the class cannot do.
  public func sampler(_ run: RunRequest) throws(SchedulerError) -> Sampler {
    let solver = DPMSolverAncestral(.noise, order: 3, eta: keys.eta, smallestSigma: keys.table.smallest)
    let plan = Plan.fast(try run.onlySteps(of: self), for: solver, of: keys.table)
    return try Sampler(solver, predicting: keys.prediction, plan: plan)
  }

  /// The level of a training timestep.
  public func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel { try keys.level(at: timestep) }
}
