public import Scheduling

/// DPM-Solver++ (Lu et al. 2022) for networks inside Karras's preconditioning, as an ODE and as an SDE, of order 1 to 3.
public struct EDMDPMSolverMultistepScheduler: Scheduler {
  /// `EDMDPMSolverMultistepScheduler`.
  public static let className = "EDMDPMSolverMultistepScheduler"
  /// Which classes take its configurations.
  public static let compatibility = Compatibility.alone

  /// Every key of the class with its value, then the keys that it does not know.
  public let config: SchedulerConfig
  /// Where the numbers follow `diffusers` instead of the paper.
  public var quirks = Quirks.all
  private let model: EDMKeys
  private let refinement: Refinement
  private let solver: DPMSolverKeys

  /// The scheduler that a configuration describes; throws for a value that is wrong.
  public init(config: SchedulerConfig) throws(SchedulerError) {
    var keys = ConfigReader(config)
    model = try EDMKeys(&keys)
    refinement = try keys.refinement(clips: nil)
    solver = try DPMSolverKeys(&keys, .preconditioned)
    self.config = keys.config(of: Self.self)
  }

  /// A run; throws for what the class cannot do.
  public func sampler(_ run: RunRequest) throws(SchedulerError) -> Sampler {
    let sigmas = model.sigmas(try run.onlySteps(of: self), isSingle: true)
    let plan = model.plan(sigmas, endingAt: model.final == .zero ? 0 : model.smallest)
    // There is no third-order SDE in diffusers to have its quirk of the sign.
    let quirks = quirks.subtracting(.thirdOrderSign)
    return try Sampler(solver.multistep(quirks), predicting: model.preconditioned(), refining: refinement, plan: plan)
  }

  /// The level that a timestep tells of.
  public func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel { try model.level(at: timestep) }
}
