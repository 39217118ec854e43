public import Scheduling

/// A scheduler of `diffusers`: a configuration, and how to make a run of it.
///
/// A scheduler is immutable; all state of a run is in the `Sampler` that it makes. One scheduler can serve any number of
/// runs at the same time.
public protocol Scheduler: Sendable, CustomStringConvertible {
  /// The class's name in `diffusers`, which a configuration has as `_class_name`.
  static var className: String { get }
  /// Which classes a configuration of this class can be handed to.
  static var compatibility: Compatibility { get }
  /// The keys that have no default, each with some legal value; none unless said otherwise.
  static var requirements: SchedulerConfig { get }

  /// The scheduler that a configuration describes, be it of this class or of another one.
  ///
  /// Keys that are absent, or only defaults of another class, get this class's defaults; keys that this class does not
  /// have are kept in ``config``.
  ///
  /// - Throws: `SchedulerError` with the code `configuration`, naming the key, its value and what is allowed; `limit` for
  ///   numbers beyond any model's.
  init(config: SchedulerConfig) throws(SchedulerError)

  /// The resolved configuration: every key of the class with its value, then the keys that it does not know.
  var config: SchedulerConfig { get }

  /// Where the numbers follow `diffusers` instead of its sources; all of them unless changed.
  var quirks: Quirks { get set }

  /// The instance's class in `diffusers`; for ``AnyScheduler``, that of the scheduler it holds.
  var className: String { get }

  /// A run.
  ///
  /// - Throws: `SchedulerError` with the code `argument` for what this class cannot do, and for numbers out of range.
  func sampler(_ run: RunRequest) throws(SchedulerError) -> Sampler

  /// How much signal and noise a training timestep has.
  ///
  /// - Throws: `SchedulerError` with the code `argument` for a timestep that the training does not have.
  func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel
}

extension Scheduler {
  /// The classes that share most of their keys.
  public static var compatibility: Compatibility { .karrasDiffusion }

  /// None.
  public static var requirements: SchedulerConfig { [:] }

  /// The class's name.
  public var className: String { Self.className }

  /// The class with its defaults.
  ///
  /// They are legal in every class; `init(config:)` throws only for values that somebody chose.
  ///
  /// - Throws: `SchedulerError` with the code `configuration` for a class that has ``requirements``.
  public init() throws(SchedulerError) { try self.init(config: SchedulerConfig()) }

  /// A run of so many steps.
  ///
  /// - Throws: `SchedulerError` with the code `argument` when the number is below 1, or above what the class allows.
  public func sampler(steps: Int) throws(SchedulerError) -> Sampler { try sampler(RunRequest(steps: steps)) }

  /// A run over these timesteps, which must descend.
  ///
  /// - Throws: `SchedulerError` with the code `argument` when the class takes none, or they are out of range or order.
  public func sampler(timesteps: [Double]) throws(SchedulerError) -> Sampler {
    try sampler(RunRequest(timesteps: timesteps))
  }

  /// A run over these sigmas, which must descend; the last one is where it ends.
  ///
  /// - Throws: `SchedulerError` with the code `argument` when the class takes none, or they are out of range or order.
  public func sampler(sigmas: [Double]) throws(SchedulerError) -> Sampler { try sampler(RunRequest(sigmas: sigmas)) }

  /// The same scheduler with some values replaced: `try euler.with(["use_karras_sigmas": true])`.
  ///
  /// - Throws: `SchedulerError` with the code `configuration` for a wrong value, and for a key that no class has.
  public func with(_ overrides: SchedulerConfig) throws(SchedulerError) -> Self {
    for key in overrides.keys where config[key] == nil && !SchedulerRegistry.knows(key) {
      let nearest = nearestNames(to: key, of: config.keys).joined(separator: ", ")
      throw SchedulerError(.configuration, "no scheduler has the key \(key)", "did you mean one of \(nearest)?")
    }
    var scheduler = try Self(config: config.merging(overrides))
    scheduler.quirks = quirks
    return scheduler
  }

  /// Clean samples with noise added, each to the level of its training timestep, as for training.
  ///
  /// - Parameters:
  ///   - original: The clean samples.
  ///   - noise: Unit Gaussian noise of the same shape.
  ///   - timesteps: One training timestep for all samples, or one for each.
  /// - Throws: `SchedulerError` when the shapes differ, or the training has no such timestep.
  public func addNoise(_ original: Tensor, _ noise: Tensor, _ timesteps: [Double]) throws(SchedulerError) -> Tensor {
    try noised(original, noise, levels: timesteps.map { timestep throws(SchedulerError) in try level(at: timestep) })
  }

  /// What a model that predicts the velocity should predict for these clean samples and noise: `get_velocity`.
  ///
  /// - Throws: As ``addNoise(_:_:_:)``.
  public func velocity(_ original: Tensor, _ noise: Tensor, _ timesteps: [Double]) throws(SchedulerError) -> Tensor {
    try Scheduling.velocity(
      of: original, noise, levels: timesteps.map { timestep throws(SchedulerError) in try level(at: timestep) })
  }

  /// The class's name and its configuration, as Python prints a scheduler.
  public var description: String { className + " " + String(decoding: config.encoded(), as: UTF8.self).dropLast() }
}
