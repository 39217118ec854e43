public import Scheduling

/// The reverse of the variance-exploding SDE with a predictor and a corrector (Song et al. 2021, algorithm 1).
///
/// The sampler is the predictor (`step_pred`). Before each of its steps, ``corrected(_:by:noise:)`` is applied
/// ``correctorSteps`` times (`step_correct`), every time with an output of the model of its own. The mean that Python also
/// returns is the step with noise of zeros. What the model is told of the noise are the plan's sigmas.
public struct ScoreSdeVeScheduler: Scheduler {
  /// `ScoreSdeVeScheduler`.
  public static let className = "ScoreSdeVeScheduler"
  /// Which classes take its configurations.
  public static let compatibility = Compatibility.alone

  /// Every key of the class with its value, then the keys that it does not know.
  public let config: SchedulerConfig
  /// Where the numbers follow `diffusers` instead of the paper.
  public var quirks = Quirks.all
  /// How often a sample is corrected before each step of the predictor.
  public let correctorSteps: Int
  private let corrector: LangevinCorrector
  private let training: [Double]
  private let smallest, largest, end: Double

  /// The scheduler that a configuration describes; throws for a value that is wrong.
  public init(config: SchedulerConfig) throws(SchedulerError) {
    var keys = ConfigReader(config)
    let positive = Double.leastNormalMagnitude...Double.greatestFiniteMagnitude
    let count = try keys.trainingSteps(default: 2000)
    corrector = LangevinCorrector(signalToNoise: try keys.number("snr", default: 0.15, in: positive))
    smallest = try keys.number("sigma_min", default: 0.01, in: positive)
    largest = try keys.number("sigma_max", default: 1348, in: positive)
    end = try keys.number("sampling_eps", default: 1e-5, in: 0...1)
    correctorSteps = try keys.integer("correct_steps", default: 1)
    training = SigmaSchedule.exponential.singlePrecisionSigmas(count, from: largest, to: smallest).reversed()
    self.config = keys.config(of: Self.self)
  }

  /// A run; throws for what the class cannot do.
  public func sampler(_ run: RunRequest) throws(SchedulerError) -> Sampler {
    let times = ContinuousSchedule.times(try run.onlySteps(of: self), to: end)
    return try Sampler(
      ReverseDiffusion(), predicting: .score, plan: .reverseDiffusion(times, from: largest, to: smallest))
  }

  /// A sample, corrected at the level that it has.
  ///
  /// - Parameters:
  ///   - sample: The sample.
  ///   - output: What the model made of it.
  ///   - noise: Unit Gaussian noise of its shape.
  /// - Throws: `SchedulerError` with the code `shape` when the shapes differ.
  public func corrected(_ sample: Tensor, by output: Tensor, noise: Tensor) throws(SchedulerError) -> Tensor {
    try corrector.corrected(sample, by: output, noise: noise)
  }

  /// The level of a training timestep.
  public func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel {
    guard let index = Int(exactly: timestep), training.indices.contains(index) else {
      throw .argument(
        "the timestep", timestep, wants: "an integer from 0 to \(training.count - 1)", "use a timestep of the training")
    }
    return .karras(training[index])
  }
}
