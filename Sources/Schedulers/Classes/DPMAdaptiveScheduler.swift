public import Scheduling

/// DPM adaptive: DPM-Solver that chooses its own steps by their error. `diffusers` has no such class; k-diffusion has it.
///
/// No number of steps and no list of timesteps is known before a run, so ``adaptiveSampler()`` makes one, and
/// ``sampler(_:)`` refuses.
public struct DPMAdaptiveScheduler: Scheduler {
  /// `DPMAdaptiveScheduler`, which no class of `diffusers` is called.
  public static let className = "DPMAdaptiveScheduler"

  /// Every key of the class with its value, then the keys that it does not know.
  public let config: SchedulerConfig
  /// It has none: there is no class in `diffusers` to follow.
  public var quirks = Quirks.all
  private let keys: KDiffusionKeys
  private let options: AdaptiveOptions

  /// The scheduler that a configuration describes; throws for a value that is wrong.
  public init(config: SchedulerConfig) throws(SchedulerError) {
    var reader = ConfigReader(config)
    keys = try KDiffusionKeys(&reader, eta: 0)
    options = try reader.adaptiveOptions(eta: keys.eta)
    self.config = reader.config(of: Self.self)
  }

  /// A run from the training's largest sigma to its smallest.
  ///
  /// - Throws: `SchedulerError` with the code `argument` when the training's smallest sigma is 0.
  public func adaptiveSampler() throws(SchedulerError) -> AdaptiveSampler {
    try AdaptiveSampler(predicting: keys.prediction, along: keys.table, options: options)
  }

  /// Always throws, with the code `argument`: a run of this class has no list of timesteps.
  public func sampler(_ run: RunRequest) throws(SchedulerError) -> Sampler {
    throw SchedulerError(
      .argument, "\(className) chooses its own steps, so there is no list of them",
      "make the run with adaptiveSampler(), or use \"DPM fast\"")
  }

  /// The level of a training timestep.
  public func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel { try keys.level(at: timestep) }
}

extension ConfigReader {
  /// The values that decide the lengths of steps, by the names that k-diffusion has for them.
  fileprivate mutating func adaptiveOptions(eta: Double) throws(SchedulerError) -> AdaptiveOptions {
    let (least, most) = (Double.leastNormalMagnitude, Double.greatestFiniteMagnitude)
    var options = AdaptiveOptions()
    options.order = try integer("order", default: options.order, in: 2...3)
    options.relativeTolerance = try number("rtol", default: options.relativeTolerance, in: least...most)
    options.absoluteTolerance = try number("atol", default: options.absoluteTolerance, in: least...most)
    options.initialLength = try number("h_init", default: options.initialLength, in: least...most)
    options.proportional = try number("pcoeff", default: options.proportional, in: -most...most)
    options.integral = try number("icoeff", default: options.integral, in: -most...most)
    options.derivative = try number("dcoeff", default: options.derivative, in: -most...most)
    options.acceptance = try number("accept_safety", default: options.acceptance, in: least...most)
    options.eta = eta
    return options
  }
}
