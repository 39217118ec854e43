public import Scheduling

/// Flow matching along the policy of a distilled model (Chen et al. 2025, π-Flow), as Kandinsky 6 does it.
///
/// ``policySampler(_:)`` makes its runs; ``sampler(_:)`` always throws, for the model's output is wider than the sample.
public struct PiflowScheduler: Scheduler {
  /// `PiflowScheduler`.
  public static let className = "PiflowScheduler"
  /// Which classes take its configurations.
  public static let compatibility = Compatibility.alone

  /// Every key of the class with its value, then the keys that it does not know.
  public let config: SchedulerConfig
  /// Where the numbers follow `diffusers` instead of the paper.
  public var quirks = Quirks.all
  private let training: Int
  private let shift, floor: Double
  private let gridCount, substeps: Int
  private let lastScale: Double

  /// The scheduler that a configuration describes; throws for a value that is wrong.
  public init(config: SchedulerConfig) throws(SchedulerError) {
    var keys = ConfigReader(config)
    training = try keys.trainingSteps()
    let positive = Double.leastNormalMagnitude...Double.greatestFiniteMagnitude
    shift = try keys.number("shift", default: 5, in: positive)
    gridCount = try keys.integer("n_grid", default: 10, in: 2...10_000)
    floor = try keys.number("eps", default: 1e-6, in: positive)
    lastScale = try keys.number("final_step_size_scale", default: 0.5, in: Double.leastNormalMagnitude...1)
    substeps = try keys.integer("num_policy_substeps", default: 128, in: 1...ConfigReader.mostTrainingSteps)
    self.config = keys.config(of: Self.self)
  }

  /// A run.
  ///
  /// - Throws: `SchedulerError` with the code `argument` for anything but a number of steps.
  public func policySampler(_ run: RunRequest) throws(SchedulerError) -> PolicySampler {
    let policy = PolicyFlow(
      shift: shift, gridCount: gridCount, substeps: substeps, floor: floor,
      isRounded: quirks.contains(.roundedSubsteps))
    return try PolicySampler(policy, steps: run.onlySteps(of: self), of: training, lastScale: lastScale)
  }

  /// There are no runs of single predictions; always throws.
  public func sampler(_ run: RunRequest) throws(SchedulerError) -> Sampler {
    let steps = try run.onlySteps(of: self)
    throw SchedulerError(
      .argument, "each of \(steps) steps of PiflowScheduler takes \(gridCount) predictions at once",
      "make its runs with policySampler")
  }

  /// The level of a timestep, whose share of the training's it is.
  public func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel {
    guard (0...Double(training)).contains(timestep) else {
      throw .argument("the timestep", timestep, wants: "from 0 to \(training)", "use a timestep of the training")
    }
    return FlowSigmas.level(at: timestep, of: training)
  }
}
