public import Scheduling

/// Diffusion of tokens that are masked and exchanged (Gu et al. 2022, VQ-Diffusion).
///
/// ``tokenSampler(_:)`` makes its runs; ``Scheduler/sampler(_:)`` always throws, for there are no continuous samples. A run of fewer
/// steps than the training's, as `diffusers` makes it, is over the last timesteps of the training.
public struct VQDiffusionScheduler: TokenScheduler {
  /// `VQDiffusionScheduler`.
  public static let className = "VQDiffusionScheduler"
  /// Which classes take its configurations.
  public static let compatibility = Compatibility.alone
  /// The number of classes, that of masked tokens included.
  public static let requirements: SchedulerConfig = ["num_vec_classes": 2]

  /// Every key of the class with its value, then the keys that it does not know.
  public let config: SchedulerConfig
  /// Where the numbers follow `diffusers` instead of the paper.
  public var quirks = Quirks.all
  private let transitions: CategoricalTransitions

  /// The scheduler that a configuration describes; throws for a value that is wrong or missing.
  public init(config: SchedulerConfig) throws(SchedulerError) {
    var keys = ConfigReader(config)
    let classes = try keys.requiredInteger("num_vec_classes", in: 2...Self.mostClasses)
    let timesteps = try keys.trainingSteps(default: 100)
    let kept = (
      first: try keys.number("alpha_cum_start", default: 0.99999, in: 0...1),
      last: try keys.number("alpha_cum_end", default: 0.000009, in: 0...1)
    )
    let masked = (
      first: try keys.number("gamma_cum_start", default: 0.000009, in: 0...1),
      last: try keys.number("gamma_cum_end", default: 0.99999, in: 0...1)
    )
    transitions = try CategoricalTransitions(classCount: classes, timesteps: timesteps, kept: kept, masked: masked)
    self.config = keys.config(of: Self.self)
  }

  /// More classes than any codebook has.
  private static let mostClasses = 1_000_000

  /// A run.
  ///
  /// - Throws: `SchedulerError` with the code `argument` for anything but a number of steps that the training has.
  public func tokenSampler(_ run: RunRequest) throws(SchedulerError) -> CategoricalSampler {
    try CategoricalSampler(transitions, steps: run.onlySteps(of: self, atMost: transitions.count))
  }
}
