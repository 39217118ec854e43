public import Scheduling

/// Heun's method of second order for flow matching, with churn on request.
///
/// Churn is in the sampler's options: `churn`, `churnMinimum`, `churnMaximum`, `noiseScale`.
public struct FlowMatchHeunDiscreteScheduler: Scheduler {
  /// `FlowMatchHeunDiscreteScheduler`.
  public static let className = "FlowMatchHeunDiscreteScheduler"
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
    let steps = try run.onlySteps(of: self)
    let even = FlowSigmas.even(steps, of: training, shift: quirks.contains(.shiftTwice) ? shift : 1)
    let list = FlowSigmas.list(at: even.map { FlowSigmas.shifted($0, by: shift) }, of: training)
    let plan = Plan.twice(list.ending(at: 0), in: .flow)
    let churn = Churn(
      intervals: plan.sigmas.count - 1, convertsBefore: true, isRounded: quirks.contains(.roundedChurn))
    return try Sampler(
      Heun(churn: churn), predicting: .flow, refining: quirks.refinement(ofSlopesIn: plan), plan: plan)
  }

  /// The level of a training timestep, which is shifted.
  public func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel {
    try FlowShift.level(at: timestep, of: training, shift: shift)
  }
}
