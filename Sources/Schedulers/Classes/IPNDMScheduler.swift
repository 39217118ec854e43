public import Scheduling

/// Improved pseudo numerical methods on a circle, for models that predict the velocity at an angle.
///
/// Its timesteps are the angles, from 1 for noise to 0 for a clean sample.
public struct IPNDMScheduler: Scheduler {
  /// `IPNDMScheduler`.
  public static let className = "IPNDMScheduler"
  /// Which classes take its configurations.
  public static let compatibility = Compatibility.alone

  /// Every key of the class with its value, then the keys that it does not know.
  public let config: SchedulerConfig
  /// Where the numbers follow `diffusers` instead of the paper.
  public var quirks = Quirks.all
  private let sigmas: [Double]?

  /// The scheduler that a configuration describes; throws for a value that is wrong.
  public init(config: SchedulerConfig) throws(SchedulerError) {
    var keys = ConfigReader(config)
    _ = try keys.integer("num_train_timesteps", default: 1000, in: 1...ConfigReader.mostTrainingSteps)
    sigmas = try keys.optionalNumbers("trained_betas", in: 0...1)
    self.config = keys.config(of: Self.self)
  }

  /// A run; throws for what the class cannot do.
  public func sampler(_ run: RunRequest) throws(SchedulerError) -> Sampler {
    let steps = try run.onlySteps(of: self)
    if let sigmas, sigmas.count - 1 != steps {
      throw .argument(
        "steps", steps, wants: "one less than the \(sigmas.count) trained_betas", "ask for as many, or leave them out")
    }
    let plan = Plan.quarterCircle(steps, sigmas: sigmas?.map { Float($0) })
    return try Sampler(
      ImprovedPNDM(losesFirstData: quirks.contains(.lostFirstData)), predicting: .velocity, plan: plan)
  }

  /// The level at an angle, in parts of a right angle.
  public func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel {
    guard (0...1).contains(timestep) else {
      throw .argument("the timestep", timestep, wants: "from 0 to 1", "give the angle in parts of a right angle")
    }
    return Plan.quarterCircleLevel(at: timestep)
  }
}
