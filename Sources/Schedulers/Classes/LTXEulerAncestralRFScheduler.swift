public import Scheduling

/// Euler's ancestral method for flow matching, as LTX-Video samples with it.
///
/// Given a number of steps, the points of a run are those of ``FlowMatchEulerDiscreteScheduler``, whose keys count where a
/// configuration has them: `shift`, `use_dynamic_shifting` and so on. Sigmas that are given are taken as they are and include
/// the one that the run ends at; what is given as timesteps are sigmas, too, as in Python.
public struct LTXEulerAncestralRFScheduler: Scheduler {
  /// `LTXEulerAncestralRFScheduler`.
  public static let className = "LTXEulerAncestralRFScheduler"
  /// Which classes take its configurations.
  public static let compatibility = Compatibility.classes([FlowMatchEulerDiscreteScheduler.className])

  /// Every key of the class with its value, then the keys that it does not know.
  public let config: SchedulerConfig
  /// Where the numbers follow `diffusers` instead of the paper.
  public var quirks = Quirks.all
  private let points: FlowPoints
  private let eta, noiseScale: Double

  /// The scheduler that a configuration describes; throws for a value that is wrong.
  public init(config: SchedulerConfig) throws(SchedulerError) {
    var keys = ConfigReader(config)
    _ = try keys.trainingSteps()
    eta = try keys.number("eta", default: 1, in: 0...1)
    noiseScale = try keys.number("s_noise", default: 1, in: 0...Double.greatestFiniteMagnitude)
    var others = ConfigReader(config)
    points = try FlowPoints(&others)
    self.config = keys.config(of: Self.self)
  }

  /// A run; throws for what the class cannot do.
  public func sampler(_ run: RunRequest) throws(SchedulerError) -> Sampler {
    let solver = AncestralFlow(
      eta: eta, noiseScale: noiseScale, isRounded: quirks.contains(.roundedAncestral))
    return try Sampler(solver, predicting: .flow, plan: plan(run))
  }

  private func plan(_ run: RunRequest) throws(SchedulerError) -> Plan {
    switch run.points {
    case .steps: return try points.plan(run, quirks)
    case .sigmas(let sigmas), .timesteps(let sigmas):
      try run.refuseShift(of: self)
      return Plan(FlowSigmas.list(through: try RunRequest.checked(flowToEnd: sigmas), of: points.training), in: .flow)
    }
  }

  /// The level of a training timestep, which is shifted unless the shift is the run's.
  public func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel { try points.level(at: timestep) }
}
