public import Scheduling

/// DPM-Solver and DPM-Solver++ in multistep form, run towards the noise.
public struct DPMSolverMultistepInverseScheduler: Scheduler {
  /// `DPMSolverMultistepInverseScheduler`.
  public static let className = "DPMSolverMultistepInverseScheduler"

  /// Every key of the class with its value, then the keys that it does not know.
  public let config: SchedulerConfig
  /// Where the numbers follow `diffusers` instead of the paper.
  public var quirks = Quirks.all
  private let model: DPMSolverModel

  /// The scheduler that a configuration describes; throws for a value that is wrong.
  public init(config: SchedulerConfig) throws(SchedulerError) {
    (model, self.config) = try ConfigReader.read(config, for: Self.self) { keys throws(SchedulerError) in
      try DPMSolverModel(
        &keys, .inverse, [.lambdaClipping, .spacing, .repeatedEnd, .inverse])
    }
  }

  /// A run; throws for what the class cannot do.
  public func sampler(_ run: RunRequest) throws(SchedulerError) -> Sampler {
    try model.inversion(run, quirks, of: self)
  }

  /// The level of a training timestep.
  public func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel {
    try model.level(at: timestep, quirks.subtracting(.reversedTraining))
  }
}
