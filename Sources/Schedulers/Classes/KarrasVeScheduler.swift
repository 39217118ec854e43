public import Scheduling

/// Heun's method with churn (Karras et al. 2022, algorithm 2), for models that predict the noise negated.
///
/// Before the model sees a sample, ``churned(_:during:noise:)`` adds noise to it, and the step is given what that returns. A
/// step of Python's two functions is two stages here, the second at the timestep it arrives at; the sigma to give the model is
/// the level of the sampler's stage.
public struct KarrasVeScheduler: Scheduler {
  /// `KarrasVeScheduler`.
  public static let className = "KarrasVeScheduler"
  /// Which classes take its configurations.
  public static let compatibility = Compatibility.alone

  /// Every key of the class with its value, then the keys that it does not know.
  public let config: SchedulerConfig
  /// Where the numbers follow `diffusers` instead of the paper.
  public var quirks = Quirks.all
  private let smallest, largest, noiseScale, churn: Double
  private let range: ClosedRange<Double>

  /// The scheduler that a configuration describes; throws for a value that is wrong.
  public init(config: SchedulerConfig) throws(SchedulerError) {
    var keys = ConfigReader(config)
    let positive = Double.leastNormalMagnitude...Double.greatestFiniteMagnitude
    smallest = try keys.number("sigma_min", default: 0.02, in: positive)
    largest = try keys.number("sigma_max", default: 100, in: positive, isWhole: true)
    noiseScale = try keys.number("s_noise", default: 1.007)
    churn = try keys.number("s_churn", default: 80, in: 0...Double.greatestFiniteMagnitude, isWhole: true)
    let low = try keys.number("s_min", default: 0.05, in: 0...Double.greatestFiniteMagnitude)
    let high = try keys.number("s_max", default: 50, in: 0...Double.greatestFiniteMagnitude, isWhole: true)
    range = low...max(low, high)
    self.config = keys.config(of: Self.self)
  }

  /// A run of at least two steps; throws for what the class cannot do.
  public func sampler(_ run: RunRequest) throws(SchedulerError) -> Sampler {
    let steps = try run.onlySteps(of: self)
    guard steps > 1 else {
      throw .argument("steps", steps, wants: "at least 2", "a run goes from the largest sigma to the smallest")
    }
    let power = quirks.contains(.squaredSigmas) ? 2.0 : 1
    let sigmas = SigmaSchedule.exponential.sigmas(steps, from: largest, to: smallest, power: power)
    let plan = Plan.churned(
      sigmas, by: churn, within: range, isRounded: quirks.contains(.roundedChurn), initNoiseSigma: largest)
    return try Sampler(Heun(), predicting: .negatedNoise, plan: plan)
  }

  /// The sample with the noise that the next step takes away again: `add_noise_to_input`.
  ///
  /// - Parameters:
  ///   - sample: The sample.
  ///   - sampler: The run.
  ///   - noise: Unit Gaussian noise of the sample's shape. Python draws some before every first half of a step.
  /// - Throws: `SchedulerError` when the run has ended, or the shapes differ.
  public func churned(_ sample: Tensor, during sampler: Sampler, noise: Tensor) throws(SchedulerError) -> Tensor {
    try sampler.churned(sample, noise: noise, scale: noiseScale, isRounded: quirks.contains(.roundedChurn))
  }

  /// There is no training, so there are no levels; always throws.
  public func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel {
    throw .argument(
      "the timestep", timestep, wants: "one of a training", "KarrasVeScheduler has none; use a run's levels")
  }
}
