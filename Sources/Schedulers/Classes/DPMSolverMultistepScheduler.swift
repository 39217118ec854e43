public import Scheduling

/// DPM-Solver and DPM-Solver++ in multistep form (Lu et al. 2022), as an ODE and as an SDE, of order 1 to 3.
public struct DPMSolverMultistepScheduler: Scheduler {
  /// `DPMSolverMultistepScheduler`.
  public static let className = "DPMSolverMultistepScheduler"

  /// Every key of the class with its value, then the keys that it does not know.
  public let config: SchedulerConfig
  /// Where the numbers follow `diffusers` instead of the paper.
  public var quirks = Quirks.all
  private let model: DPMSolverModel

  /// The scheduler that a configuration describes; throws for a value that is wrong.
  public init(config: SchedulerConfig) throws(SchedulerError) {
    (model, self.config) = try ConfigReader.read(config, for: Self.self) { keys throws(SchedulerError) in
      try DPMSolverModel(
        &keys, .multistep, [.lu, .lambdaClipping, .spacing, .timesteps, .truncatedCosine], rescaling: .nearly)
    }
  }

  /// A run; throws for what the class cannot do.
  public func sampler(_ run: RunRequest) throws(SchedulerError) -> Sampler {
    try model.sampler(run, quirks, of: self) { _ in model.solver.multistep(quirks) }
  }

  /// The level of a training timestep.
  public func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel {
    try model.level(at: timestep, quirks)
  }
}
