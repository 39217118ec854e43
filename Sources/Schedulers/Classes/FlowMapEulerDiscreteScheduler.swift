public import Scheduling

/// Sampling with flow maps, models of flow matching that were trained to cross intervals of any length in one step (AnyFlow).
///
/// Points that are given are shifted, too, and the run ends at 0 after them. ``jump(from:to:)`` is one step between any two
/// timesteps.
public struct FlowMapEulerDiscreteScheduler: Scheduler {
  /// `FlowMapEulerDiscreteScheduler`.
  public static let className = "FlowMapEulerDiscreteScheduler"
  /// Which classes take its configurations.
  public static let compatibility = Compatibility.alone

  /// Every key of the class with its value, then the keys that it does not know.
  public let config: SchedulerConfig
  /// Where the numbers follow `diffusers` instead of the paper.
  public var quirks = Quirks.all
  private let training: Int
  private let shift: Double

  /// The scheduler that a configuration describes; throws for a value that is wrong.
  public init(config: SchedulerConfig) throws(SchedulerError) {
    var keys = ConfigReader(config)
    training = try keys.trainingSteps()
    shift = try keys.flowShift()
    self.config = keys.config(of: Self.self)
  }

  /// A run; throws for what the class cannot do.
  public func sampler(_ run: RunRequest) throws(SchedulerError) -> Sampler {
    try run.refuseShift(of: self)
    let list = FlowSigmas.list(try sigmas(run), of: training, shift: shift)
    return try sampler(along: list.ending(at: 0))
  }

  private func sampler(along list: SigmaList) throws(SchedulerError) -> Sampler {
    try Sampler(RectifiedFlow(), predicting: .flow, plan: Plan(list, in: .flow, isRounded: false))
  }

  /// The sigmas of a run before they are shifted.
  private func sigmas(_ run: RunRequest) throws(SchedulerError) -> [Double] {
    switch run.points {
    case .steps(let steps): return FlowSigmas.even(try RunRequest.checked(steps: steps))
    case .sigmas(let sigmas): return try RunRequest.checked(flow: sigmas, "sigmas", upTo: 1)
    case .timesteps(let timesteps):
      return try RunRequest.checked(flow: timesteps, "timesteps", upTo: Double(training)).map { $0 / Double(training) }
    }
  }

  /// A run of a single step between two timesteps, which are not shifted (`r_timestep`).
  ///
  /// - Parameters:
  ///   - timestep: Where it starts: above 0 and at most the number of training timesteps.
  ///   - end: Where it ends: from 0 up to there, or beyond, towards the noise.
  /// - Throws: `SchedulerError` with the code `argument` for a timestep out of range.
  public func jump(from timestep: Double, to end: Double) throws(SchedulerError) -> Sampler {
    guard timestep > 0 else {
      throw .argument("the timestep", timestep, wants: "above 0", "a clean sample is there already")
    }
    let levels = try [timestep, end].map { timestep throws(SchedulerError) in try level(at: timestep) }
    return try sampler(along: SigmaList(timesteps: [timestep], sigmas: levels.map(\.sigma)))
  }

  /// The level of a timestep, which is one of a run and so is not shifted any more.
  public func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel {
    try FlowShift.level(at: timestep, of: training, shift: 1)
  }
}
