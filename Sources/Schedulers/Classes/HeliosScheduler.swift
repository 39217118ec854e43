public import Scheduling

/// The unified predictor-corrector or Euler's method for Helios, whose videos are made in stages of growing resolution.
///
/// A run is of one stage: the request's `stage`, 0 for the first. A shift that is fixed is meant like one that the run asks
/// for: with `time_shift_type` `exponential` it is an exponent.
public struct HeliosScheduler: Scheduler {
  /// `HeliosScheduler`.
  public static let className = "HeliosScheduler"
  /// Which classes take its configurations.
  public static let compatibility = Compatibility.alone

  /// Every key of the class with its value, then the keys that it does not know.
  public let config: SchedulerConfig
  /// Where the numbers follow `diffusers` instead of the paper.
  public var quirks = Quirks.all
  private let points: HeliosPoints
  private let solver: UniPCKeys
  private let prediction: PredictionType
  private let usesFlowSigmas: Bool
  private let method: Method

  private enum Method: String, CaseIterable { case unipc, euler, dmd }

  /// The smallest sigma that has a logarithm here.
  private static let smallestSigma = 1e-8

  /// The scheduler that a configuration describes; throws for a value that is wrong.
  public init(config: SchedulerConfig) throws(SchedulerError) {
    var keys = ConfigReader(config)
    points = try HeliosPoints(&keys, timeShift: .exponential)
    prediction = try keys.prediction([.flow, .epsilon, .sample, .velocity])
    solver = try UniPCKeys(&keys)
    usesFlowSigmas = try keys.flag("use_flow_sigmas", default: true)
    method = try keys.choice("scheduler_type", default: .unipc)
    let thresholds = try keys.flag("thresholding")
    self.config = keys.config(of: Self.self)
    guard method == .unipc else { return }
    try solver.refuse(prediction)
    if thresholds, solver.target == .data {
      throw SchedulerError(
        .configuration, "thresholding is true, for which the class has no threshold", "set it to false")
    }
  }

  /// A run of one stage; throws for what the class cannot do.
  public func sampler(_ run: RunRequest) throws(SchedulerError) -> Sampler {
    switch method {
    case .euler: return try Sampler(RectifiedFlow(), predicting: .flow, plan: points.plan(run, of: self))
    case .unipc:
      let frame = usesFlowSigmas ? Frame.flow : .variancePreserving
      let plan = try points.plan(run, in: frame, of: self)
      return try Sampler(
        solver.solver(quirks), predicting: prediction.prediction(in: frame, quirks),
        plan: usesFlowSigmas ? plan.ending(above: Self.smallestSigma) : plan)
    case .dmd:
      throw SchedulerError(
        .argument, "scheduler_type is \"dmd\", which this class does not sample with", "use HeliosDMDScheduler")
    }
  }

  /// The level of a timestep, which is shifted already.
  public func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel { try points.level(at: timestep) }
}
