public import Scheduling

/// Flow matching at a lower temperature for one part of a protein, its backbone or its latents, as RFD4-Proteína does it (Xu et al.
/// 2025, Temporal Score Rescaling; Geffner et al. 2025, La-Proteina).
///
/// Timesteps are shares of the signal, and rise. The tokens that are only context are set to 0 after every step with
/// `prevSample.emitting(mask)`; Python demands a generator for each sample, which is a `PerSampleGenerator`.
public struct RFD4ProteinaScheduler: Scheduler {
  /// `RFD4ProteinaScheduler`.
  public static let className = "RFD4ProteinaScheduler"
  /// Which classes take its configurations.
  public static let compatibility = Compatibility.alone
  /// Where the times are, how much noise there is, and how low the temperature becomes and when.
  public static let requirements: SchedulerConfig = [
    "schedule_mode": "log", "noise_mode": "1/t", "tsr_k": 1.0, "tsr_sigma": 1.0,
  ]

  /// Every key of the class with its value, then the keys that it does not know.
  public let config: SchedulerConfig
  /// Where the numbers follow `diffusers` instead of the paper.
  public var quirks = Quirks.all
  private let times: RisingTimes
  private let noise: TemporalScoreRescaling.Noise
  private let coldness, deviation, quietBelow, quietAbove: Double
  private let fineSteps, factor: Int

  /// The scheduler that a configuration describes; throws for a value that is wrong or missing.
  public init(config: SchedulerConfig) throws(SchedulerError) {
    var keys = ConfigReader(config)
    times = try keys.requiredChoice("schedule_mode")
    noise = try keys.requiredChoice("noise_mode")
    coldness = try keys.requiredNumber("tsr_k", in: Double.leastNormalMagnitude...Double.greatestFiniteMagnitude)
    deviation = try keys.requiredNumber("tsr_sigma")
    fineSteps = try keys.integer("tail_steps", default: 10, in: 0...ConfigReader.mostTrainingSteps)
    factor = try keys.integer(
      "tail_step_multiplier", default: 2, in: (fineSteps > 0 ? 2 : 1)...1000)
    quietAbove = try keys.number("t_lim_ode", default: 0.95)
    quietBelow = try keys.number("t_lim_ode_below", default: 0.02)
    self.config = keys.config(of: Self.self)
  }

  /// A run; it begins at ``RunRequest/startTime``, if there is one.
  ///
  /// - Throws: `SchedulerError` with the code `argument` for what the class cannot do.
  public func sampler(_ run: RunRequest) throws(SchedulerError) -> Sampler {
    let steps = try run.onlySteps(of: self)
    if let start = run.startTime, !(start >= 0 && start < 1) {
      throw .argument("startTime", start, wants: "from 0 to below 1", "give the share of the signal to begin at")
    }
    let times = try times.times(steps, fine: fineSteps, factor: factor, from: run.startTime)
    let solver = TemporalScoreRescaling(
      coldness: coldness, deviation: deviation, noise: noise, quietBelow: quietBelow, quietAbove: quietAbove,
      isRounded: quirks.contains(.roundedScore))
    return try Sampler(solver, predicting: .negatedFlow, plan: Plan(rising: times))
  }

  /// The level at a time, which is the share of the signal.
  public func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel {
    guard timestep >= 0, timestep < 1 else {
      throw .argument("the timestep", timestep, wants: "from 0 to below 1", "time is the share of the signal")
    }
    return NoiseLevel(alpha: timestep, sigma: 1 - timestep)
  }
}
