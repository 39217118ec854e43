public import Scheduling

/// Painting what a mask leaves open in a given image (Lugmayr et al. 2022), with DDIM's steps and jumps back to noise.
///
/// ``repainter(_:)`` makes such a run; ``sampler(_:)`` makes the run of the same model without an image, which is DDIM's.
public struct RePaintScheduler: Scheduler {
  /// `RePaintScheduler`.
  public static let className = "RePaintScheduler"
  /// Which classes take its configurations.
  public static let compatibility = Compatibility.alone

  /// Every key of the class with its value, then the keys that it does not know.
  public let config: SchedulerConfig
  /// Where the numbers follow `diffusers` instead of the paper.
  public var quirks = Quirks.all
  private let training: TrainingNoise
  private let eta: Double
  private let refinement: Refinement

  /// The scheduler that a configuration describes; throws for a value that is wrong.
  public init(config: SchedulerConfig) throws(SchedulerError) {
    var keys = ConfigReader(config)
    training = try TrainingNoise(&keys, curves: [.linear, .scaledLinear, .squaredCosine, .sigmoid])
    eta = try keys.number("eta", default: 0, in: 0...1)
    refinement = try keys.flag("clip_sample", default: true) ? .clip(1) : .none
    self.config = keys.config(of: Self.self)
  }

  /// A run without an image; throws for what the class cannot do.
  public func sampler(_ run: RunRequest) throws(SchedulerError) -> Sampler {
    let steps = try steps(run)
    let timesteps = TimestepSpacing.leading.timesteps(steps, of: training.count)
    let plan = try Plan(timesteps, stride: training.stride(steps), in: training.schedule, endingAt: .clean)
    return try Sampler(DDIM(eta: eta), predicting: .noise, refining: refinement, plan: plan)
  }

  /// A run with an image and a mask, with jumps as the request's `jumpLength` and `jumpCount` say.
  ///
  /// - Throws: `SchedulerError` with the code `argument` for numbers out of range.
  public func repainter(_ run: RunRequest) throws(SchedulerError) -> RePaintSampler {
    let steps = try steps(run)
    guard (1...training.count).contains(run.jumpLength), (1...1000).contains(run.jumpCount) else {
      throw .argument(
        "a jump of \(run.jumpLength) steps", "made \(run.jumpCount) times",
        wants: "1 to \(training.count) steps long and made 1 to 1000 times", "use 10 and 10, as the paper does")
    }
    let stride = training.stride(steps)
    let timesteps = RePaintSampler.steps(steps, jumping: run.jumpLength, count: run.jumpCount).map {
      Double($0 * stride)
    }
    return try RePaintSampler(timesteps, stride: stride, in: training.schedule, eta: eta, refining: refinement)
  }

  /// The number of steps; more than the training has are as many as it has.
  private func steps(_ run: RunRequest) throws(SchedulerError) -> Int {
    min(try run.onlySteps(of: self), training.count)
  }

  /// The level of a training timestep.
  public func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel { try training.level(at: timestep) }
}
