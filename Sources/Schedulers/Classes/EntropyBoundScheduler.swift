public import Scheduling

/// Tokens of which a step takes over as many as are next to independent of each other (Ben-Hamu et al. 2025).
///
/// ``tokenSampler(_:)`` makes its runs, which begin with any tokens.
public struct EntropyBoundScheduler: TokenScheduler {
  /// `EntropyBoundScheduler`.
  public static let className = "EntropyBoundScheduler"
  /// Which classes take its configurations.
  public static let compatibility = Compatibility.alone

  /// Every key of the class with its value, then the keys that it does not know.
  public let config: SchedulerConfig
  /// Where the numbers follow `diffusers` instead of the paper.
  public var quirks = Quirks.all
  /// The number of steps of a run that does not say another.
  public let steps: Int
  private let method: EntropyBound

  /// The scheduler that a configuration describes; throws for a value that is wrong.
  public init(config: SchedulerConfig) throws(SchedulerError) {
    var keys = ConfigReader(config)
    let bound = try keys.number("entropy_bound", default: 0.1)
    let temperatures = EntropyBound.Temperatures(
      first: try keys.number("t_max", default: 0.8), last: try keys.number("t_min", default: 0.4))
    steps = try keys.inferenceSteps()
    method = EntropyBound(bound: bound, temperatures: temperatures)
    self.config = keys.config(of: Self.self)
  }

  /// A run.
  ///
  /// - Throws: `SchedulerError` with the code `argument` for anything but a number of steps.
  public func tokenSampler(_ run: RunRequest) throws(SchedulerError) -> TokenSampler<EntropyBound> {
    try TokenSampler(method, steps: run.onlySteps(of: self), ascends: true)
  }
}
