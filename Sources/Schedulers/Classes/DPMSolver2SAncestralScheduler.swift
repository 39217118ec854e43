public import Scheduling

/// DPM++ 2S a: DPM-Solver++(2S) with ancestral sampling. `diffusers` has no such class; k-diffusion has it.
///
/// Without `use_karras_sigmas` the sigmas are those of evenly spaced timesteps, as k-diffusion reads them from its table.
public struct DPMSolver2SAncestralScheduler: Scheduler {
  /// `DPMSolver2SAncestralScheduler`, which no class of `diffusers` is called.
  public static let className = "DPMSolver2SAncestralScheduler"

  /// Every key of the class with its value, then the keys that it does not know.
  public let config: SchedulerConfig
  /// It has none: there is no class in `diffusers` to follow.
  public var quirks = Quirks.all
  private let keys: KDiffusionKeys
  private let respacing: SigmaKeys

  /// The scheduler that a configuration describes; throws for a value that is wrong.
  public init(config: SchedulerConfig) throws(SchedulerError) {
    var reader = ConfigReader(config)
    keys = try KDiffusionKeys(&reader, eta: 1)
    respacing = try SigmaKeys(&reader, karrasOnly: true)
    self.config = reader.config(of: Self.self)
  }

  /// A run, over steps or sigmas; throws for what the class cannot do.
  public func sampler(_ run: RunRequest) throws(SchedulerError) -> Sampler {
    try run.refuseShift(of: self)
    let solver = DPMSolverAncestral(.data, order: 2, eta: keys.eta)
    let plan = Plan.secondOrder(try sigmas(run), for: solver, of: keys.table)
    return try Sampler(solver, predicting: keys.prediction, plan: plan)
  }

  private func sigmas(_ run: RunRequest) throws(SchedulerError) -> [Double] {
    switch run.points {
    case .steps(let steps):
      let (count, table) = (try RunRequest.checked(steps: steps), keys.table)
      return
        (respacing.schedule?.singlePrecisionSigmas(count, from: table.largest, to: table.smallest)
        ?? table.evenlyTimed(count)) + [0]
    case .sigmas(let sigmas): return try RunRequest.checked(sigmas: sigmas)
    case .timesteps: throw run.unsupported(by: self)
    }
  }

  /// The level of a training timestep.
  public func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel { try keys.level(at: timestep) }
}
