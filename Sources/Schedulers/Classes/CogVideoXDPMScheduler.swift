public import Scheduling

/// DPM-Solver++(2M) for the SDE (Lu et al. 2022) for CogVideoX (Yang et al. 2024), whose noise schedule is shifted towards the
/// noise.
///
/// The earlier predictions and timesteps that Python's step is given are the sampler's own. Predictions are not clipped,
/// whatever the configuration says.
public struct CogVideoXDPMScheduler: Scheduler {
  /// `CogVideoXDPMScheduler`.
  public static let className = "CogVideoXDPMScheduler"

  /// Every key of the class with its value, then the keys that it does not know.
  public let config: SchedulerConfig
  /// Where the numbers follow `diffusers` instead of the paper.
  public var quirks = Quirks.all
  private let model: CogVideoXModel

  /// The scheduler that a configuration describes; throws for a value that is wrong.
  public init(config: SchedulerConfig) throws(SchedulerError) {
    (model, self.config) = try ConfigReader.read(config, for: Self.self, CogVideoXModel.init)
  }

  /// A run; throws for what the class cannot do.
  public func sampler(_ run: RunRequest) throws(SchedulerError) -> Sampler {
    let (plan, stepsToEnd) = try model.plan(run, quirks, of: self)
    var solver = DPMSolverMultistep(isStochastic: true, lowersFinalOrders: false)
    (solver.firstOrderSteps, solver.drawsTwice) = (stepsToEnd, quirks.contains(.drawnTwice))
    return try Sampler(solver, predicting: model.prediction.prediction, plan: plan)
  }

  /// The level of a training timestep.
  public func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel { try model.level(at: timestep) }
}
