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
  private let points: FlowPoints
  private let isStochastic: Bool

  /// The scheduler that a configuration describes; throws for a value that is wrong.
  public init(config: SchedulerConfig) throws(SchedulerError) {
    var keys = ConfigReader(config)
    points = try FlowPoints(&keys)
    isStochastic = try keys.flag("stochastic_sampling")
    self.config = keys.config(of: Self.self)
  }

  /// A run; throws for what the class cannot do.
  public func sampler(_ run: RunRequest) throws(SchedulerError) -> Sampler {
    let plan = try points.plan(run, quirks)
    let target: Prediction.Target = points.inverts && !isStochastic ? .noise : .data
    return try Sampler(RectifiedFlow(target, isStochastic: isStochastic), predicting: .flow, plan: plan)
  }

  /// The level of a training timestep, which is shifted unless the shift is the run's.
  public func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel { try points.level(at: timestep) }

  /// The intervals of tokens that have timesteps of their own (`per_token_timesteps`), for the sampler's
  /// `step(_:_:_:tokens:noise:)`.
  ///
  /// - Parameters:
  ///   - timesteps: A timestep for each token; 0 for one that is clean, which stays as it is.
  ///   - sampler: The run, whose sigmas say where the intervals end.
  /// - Throws: `SchedulerError` with the code `argument` when one is out of range.
  public func tokens(at timesteps: [Double], of sampler: Sampler) throws(SchedulerError) -> [Stage] {
    if let other = timesteps.first(where: { !(0...Double(points.training)).contains($0) }) {
      throw .argument(
        "a token's timestep", other, wants: "from 0 to \(points.training)", "use timesteps of the training")
    }
    let mirrors = quirks.contains(.tokensBackwards) && !isStochastic
    return timesteps.map { sampler.plan.tokenStage(from: $0 / Double(points.training), mirrors: mirrors) }
  }
}
