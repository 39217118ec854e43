public import Scheduling

/// Euler's method for flow matching (Esser et al. 2024; Liu et al. 2022): Stable Diffusion 3, FLUX and their kin.
///
/// The sigmas are shifted by the configuration's shift, or by one that the run asks for (`use_dynamic_shifting` and the
/// request's `mu`). Sigmas that are given are shifted, too, and the run ends at 0 after them.
public struct FlowMatchEulerDiscreteScheduler: Scheduler {
  /// `FlowMatchEulerDiscreteScheduler`.
  public static let className = "FlowMatchEulerDiscreteScheduler"
  /// Which classes take its configurations.
  public static let compatibility = Compatibility.alone

  /// Every key of the class with its value, then the keys that it does not know.
  public let config: SchedulerConfig
  /// Where the numbers follow `diffusers` instead of the paper.
  public var quirks = Quirks.all
  private let training: Int
  private let shift: FlowShift
  private let inverts: Bool
  private let respacing: SigmaKeys
  private let isStochastic: Bool

  /// The scheduler that a configuration describes; throws for a value that is wrong.
  public init(config: SchedulerConfig) throws(SchedulerError) {
    var keys = ConfigReader(config)
    training = try keys.trainingSteps()
    shift = try FlowShift(&keys)
    inverts = try keys.flag("invert_sigmas")
    respacing = try SigmaKeys(&keys)
    isStochastic = try keys.flag("stochastic_sampling")
    self.config = keys.config(of: Self.self)
  }

  /// A run; throws for what the class cannot do.
  public func sampler(_ run: RunRequest) throws(SchedulerError) -> Sampler {
    let list = FlowSigmas.list(at: try sigmas(run), timesteps: try timesteps(run), of: training)
    let plan = Plan(inverts ? list.inverted(of: training).ending(at: 1) : list.ending(at: 0), in: .flow)
    let target: Prediction.Target = inverts && !isStochastic ? .noise : .data
    return try Sampler(RectifiedFlow(target, isStochastic: isStochastic), predicting: .flow, plan: plan)
  }

  private func sigmas(_ run: RunRequest) throws(SchedulerError) -> [Double] {
    let shifted = try shiftedSigmas(run)
    guard let schedule = respacing.schedule else { return shifted }
    return schedule.sigmas(shifted.count, from: shifted[0], to: shifted[shifted.count - 1])
  }

  private func shiftedSigmas(_ run: RunRequest) throws(SchedulerError) -> [Double] {
    switch run.points {
    case .steps(let steps):
      let steps = try RunRequest.checked(steps: steps)
      return try shift.shifted(FlowSigmas.even(steps, of: training, shift: shift.ofTraining(quirks)), run)
    case .sigmas(let sigmas):
      let sigmas = try RunRequest.checked(flow: sigmas, "sigmas", upTo: 1).map { Float($0) }
      return try shift.shifted(sigmas, run).map { Double($0) }
    case .timesteps(let timesteps):
      let sigmas = try checked(timesteps: timesteps).map { Float($0) / Float(training) }
      return try shift.shifted(sigmas, run).map { Double($0) }
    }
  }

  private func timesteps(_ run: RunRequest) throws(SchedulerError) -> [Double]? {
    switch (run.points, run.timestepsOfSigmas) {
    case (.timesteps(let timesteps), nil): return timesteps.map { Double(Float($0)) }
    case (_, nil): return nil
    case (.sigmas(let sigmas), let given?) where sigmas.count == given.count:
      return try checked(timesteps: given).map { Double(Float($0)) }
    case (_, let given?):
      throw .argument(
        "timestepsOfSigmas", "a list of \(given.count)", wants: "one for each sigma", "give as many of both")
    }
  }

  private func checked(timesteps: [Double]) throws(SchedulerError) -> [Double] {
    try RunRequest.checked(flow: timesteps, "timesteps", upTo: Double(training))
  }

  /// The level of a training timestep, which is shifted unless the shift is the run's.
  public func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel {
    try shift.level(at: timestep, of: training)
  }

  /// The intervals of tokens that have timesteps of their own (`per_token_timesteps`), for the sampler's
  /// `step(_:_:_:tokens:noise:)`.
  ///
  /// - Parameter timesteps: A timestep for each token; 0 for one that is clean, which stays as it is.
  /// - Throws: `SchedulerError` with the code `argument` when one is out of range.
  public func tokens(at timesteps: [Double], of sampler: Sampler) throws(SchedulerError) -> [Stage] {
    if let other = timesteps.first(where: { !(0...Double(training)).contains($0) }) {
      throw .argument("a token's timestep", other, wants: "from 0 to \(training)", "use timesteps of the training")
    }
    let mirrors = quirks.contains(.tokensBackwards) && !isStochastic
    return timesteps.map { sampler.plan.tokenStage(from: $0 / Double(training), mirrors: mirrors) }
  }
}
