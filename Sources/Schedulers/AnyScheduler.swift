public import Scheduling

/// A scheduler of any class: the one that a configuration names.
public struct AnyScheduler: Scheduler {
  /// `AnyScheduler`.
  public static let className = "AnyScheduler"

  /// The scheduler of the configuration's class.
  public var base: any Scheduler

  /// Holds a scheduler.
  public init(_ base: any Scheduler) { self.base = base }

  /// The scheduler of the class that the configuration names.
  ///
  /// - Throws: `SchedulerError` with the code `unknownClass` when it names none, or one that there is not; otherwise as the
  ///   class does.
  public init(config: SchedulerConfig) throws(SchedulerError) {
    guard let name = config.className else {
      throw SchedulerError(
        .unknownClass, "the configuration names no class",
        "load it with the scheduler's class, or add _class_name to it")
    }
    base = try SchedulerRegistry.scheduler(name).init(config: config)
  }

  /// The held scheduler's configuration.
  public var config: SchedulerConfig { base.config }
  /// The held scheduler's class.
  public var className: String { base.className }
  /// The held scheduler's quirks.
  public var quirks: Quirks {
    get { base.quirks }
    set { base.quirks = newValue }
  }
  /// A run; throws for what the class cannot do.
  public func sampler(_ run: RunRequest) throws(SchedulerError) -> Sampler { try base.sampler(run) }
  /// The level of a training timestep.
  public func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel { try base.level(at: timestep) }
}
