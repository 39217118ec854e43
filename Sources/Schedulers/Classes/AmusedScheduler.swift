public import Scheduling

/// Tokens that are masked at first, and kept in the order of the model's confidence (Chang et al. 2022, MaskGIT; Patil et al.
/// 2024, aMUSEd).
///
/// ``tokenSampler(_:)`` makes its runs. They begin with nothing but masks, or with given tokens between them, which stay.
public struct AmusedScheduler: TokenScheduler {
  /// `AmusedScheduler`.
  public static let className = "AmusedScheduler"
  /// Which classes take its configurations.
  public static let compatibility = Compatibility.alone
  /// The class of masked tokens.
  public static let requirements: SchedulerConfig = ["mask_token_id": 8255]

  /// Every key of the class with its value, then the keys that it does not know.
  public let config: SchedulerConfig
  /// Where the numbers follow `diffusers` instead of the paper.
  public var quirks = Quirks.all
  private let mask: Int
  private let schedule: MaskingSchedule

  /// The scheduler that a configuration describes; throws for a value that is wrong or missing.
  public init(config: SchedulerConfig) throws(SchedulerError) {
    var keys = ConfigReader(config)
    mask = try keys.requiredInteger("mask_token_id", in: 0...Int.max)
    schedule = try keys.choice("masking_schedule", default: .cosine)
    self.config = keys.config(of: Self.self)
  }

  /// A run; ``RunRequest/temperatures`` say how much chance there is beside confidence.
  ///
  /// - Throws: `SchedulerError` with the code `argument` for anything but a number of steps.
  public func tokenSampler(_ run: RunRequest) throws(SchedulerError) -> TokenSampler<MaskedTokens> {
    let steps = try run.onlySteps(of: self)
    guard (1...2).contains(run.temperatures.count), run.temperatures.allSatisfy(\.isFinite) else {
      throw .argument("temperatures", run.temperatures, wants: "one or two numbers", "give those of both ends")
    }
    let ends = (first: run.temperatures[0], last: run.temperatures.count == 2 ? run.temperatures[1] : 0.01)
    return try TokenSampler(
      MaskedTokens(mask: mask, schedule: schedule, steps: steps, temperatures: ends), steps: steps, ascends: false)
  }
}
