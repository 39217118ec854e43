public import Scheduling

/// Euler's method for the flow matching of MiniMax H3, whose time goes from 0 for noise to 1 for a clean sample, and whose model
/// predicts the direction towards the clean sample.
///
/// A number of steps is, as in Python, one of points: a run of 50 steps evaluates the model 49 times, and of points that are
/// equal in single precision it has one. Sigmas that are given are taken as they are and end with 0.
public struct MiniMaxH3Scheduler: Scheduler {
  /// `MiniMaxH3Scheduler`.
  public static let className = "MiniMaxH3Scheduler"
  /// Which classes take its configurations.
  public static let compatibility = Compatibility.alone

  /// Every key of the class with its value, then the keys that it does not know.
  public let config: SchedulerConfig
  /// Where the numbers follow `diffusers` instead of the paper.
  public var quirks = Quirks.all
  private let shift: Double

  /// The scheduler that a configuration describes; throws for a value that is wrong.
  public init(config: SchedulerConfig) throws(SchedulerError) {
    (shift, self.config) = try ConfigReader.read(config, for: Self.self) { keys throws(SchedulerError) in
      try keys.positive("shift", default: 12)
    }
  }

  /// A run; throws for what the class cannot do.
  public func sampler(_ run: RunRequest) throws(SchedulerError) -> Sampler {
    let list = FlowSigmas.list(forwardsThrough: try sigmas(run))
    return try Sampler(RectifiedFlow(), predicting: .negatedFlow, plan: Plan(list, in: .flow))
  }

  private func sigmas(_ run: RunRequest) throws(SchedulerError) -> [Float] {
    try run.refuseShift(of: self)
    switch run.points {
    case .timesteps: throw run.unsupported(by: self)
    case .steps(let steps):
      let points = try RunRequest.checked(steps: steps)
      guard points > 1 else {
        throw .argument("steps", steps, wants: "at least 2, both ends of the run", "ask for one more than evaluations")
      }
      return FlowSigmas.distinctEven(points, shift: shift)
    case .sigmas(let sigmas):
      let sigmas = try RunRequest.checked(flowToEnd: sigmas)
      guard sigmas.last == 0 else {
        throw .argument("the last sigma", sigmas[sigmas.count - 1], wants: "0", "end the list with 0")
      }
      return sigmas.map { Float($0) }
    }
  }

  /// The level at a time between 0 and 1.
  public func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel {
    guard (0...1).contains(timestep) else {
      throw .argument("the timestep", timestep, wants: "from 0 to 1", "time is continuous here")
    }
    return .flow(1 - timestep)
  }
}
