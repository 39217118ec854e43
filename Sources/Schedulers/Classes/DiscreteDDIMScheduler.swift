public import Scheduling

/// DDIM for tokens that noise exchanges for any others (Austin et al. 2021, D3PM).
///
/// ``tokenSampler(_:)`` makes its runs, which begin with any tokens. With `corrector_steps`, a pipeline corrects the tokens as
/// many times after every step but the last, with `correct` of the sampler.
public struct DiscreteDDIMScheduler: TokenScheduler {
  /// `DiscreteDDIMScheduler`.
  public static let className = "DiscreteDDIMScheduler"
  /// Which classes take its configurations.
  public static let compatibility = Compatibility.alone

  /// Every key of the class with its value, then the keys that it does not know.
  public let config: SchedulerConfig
  /// Where the numbers follow `diffusers` instead of the paper.
  public var quirks = Quirks.all
  /// The number of steps of a run that does not say another.
  public let steps: Int
  private let method: DiscreteDDIM

  /// The scheduler that a configuration describes; throws for a value that is wrong.
  public init(config: SchedulerConfig) throws(SchedulerError) {
    var keys = ConfigReader(config)
    steps = try keys.inferenceSteps()
    let sweeps = try keys.integer("corrector_steps", default: 0)
    let count = try keys.integer("corrector_k", default: 1)
    let selection = try keys.choice("corrector_selection", default: TokenCorrector.Selection.lowestLogMargin)
    let temperature = try keys.number(
      "corrector_selection_tau", default: 1, in: Double.leastNormalMagnitude...Double.greatestFiniteMagnitude)
    method = DiscreteDDIM(
      corrector: TokenCorrector(sweeps: sweeps, count: count, selection: selection, temperature: temperature))
    self.config = keys.config(of: Self.self)
  }

  /// A run.
  ///
  /// - Throws: `SchedulerError` with the code `argument` for anything but a number of steps.
  public func tokenSampler(_ run: RunRequest) throws(SchedulerError) -> TokenSampler<DiscreteDDIM> {
    try TokenSampler(method, steps: run.onlySteps(of: self), ascends: true)
  }
}
