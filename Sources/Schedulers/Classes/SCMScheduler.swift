public import Scheduling

/// Multistep sampling with simplified continuous-time consistency models in TrigFlow's frame (Lu and Song 2024): Sana-Sprint.
///
/// The timesteps are angles, from 1.5708 for noise to 0 for a clean sample. A run of two steps passes 1.3 on its way unless the
/// request's `middleAngle` says otherwise; any other number of steps are of equal length. Angles that are given include the one
/// that the run ends at. What the model predicts is in units of the samples: `sigma_data` times what the paper's does.
public struct SCMScheduler: Scheduler {
  /// `SCMScheduler`.
  public static let className = "SCMScheduler"
  /// Which classes take its configurations.
  public static let compatibility = Compatibility.alone

  /// Every key of the class with its value, then the keys that it does not know.
  public let config: SchedulerConfig
  /// Where the numbers follow `diffusers` instead of the paper.
  public var quirks = Quirks.all
  private let training: Int
  private let dataDeviation: Double

  private enum Parameterization: String, CaseIterable { case trigflow }

  /// The scheduler that a configuration describes; throws for a value that is wrong.
  public init(config: SchedulerConfig) throws(SchedulerError) {
    var keys = ConfigReader(config)
    training = try keys.trainingSteps()
    _ = try keys.choice("prediction_type", default: Parameterization.trigflow)
    dataDeviation = try keys.dataDeviation()
    self.config = keys.config(of: Self.self)
  }

  /// A run; throws for what the class cannot do.
  public func sampler(_ run: RunRequest) throws(SchedulerError) -> Sampler {
    let plan = Plan.trigonometric(try angles(run), dataDeviation: dataDeviation)
    return try Sampler(
      ConsistencyRenewal(drawsAtEnd: true), predicting: .trigonometric(dataDeviation: dataDeviation), plan: plan)
  }

  private func angles(_ run: RunRequest) throws(SchedulerError) -> [Double] {
    try run.refuseShift(of: self)
    switch run.points {
    case .sigmas: throw run.unsupported(by: self)
    case .timesteps(let angles): return try given(angles, run)
    case .steps(let steps):
      let steps = try RunRequest.checked(steps: steps, atMost: training)
      let largest = try checked(run.largestAngle ?? TrigonometricFlow.largestAngle)
      guard let middle = try middle(run, steps: steps) else {
        return TrigonometricFlow.evenAngles(steps, from: largest)
      }
      guard middle < largest else {
        throw .argument("middleAngle", middle, wants: "below the first angle, \(largest)", "angles descend")
      }
      return TrigonometricFlow.angles(from: largest, by: middle)
    }
  }

  /// Angles of a run that are given, the last of which is where it ends.
  private func given(_ angles: [Double], _ run: RunRequest) throws(SchedulerError) -> [Double] {
    if let largest = run.largestAngle {
      throw .argument("largestAngle", largest, wants: "left out beside timesteps", "the first timestep is the largest")
    }
    let angles = try RunRequest.checked(times: angles, upTo: Double.pi).map { Double(Float($0)) }
    guard angles.count <= training + 1 else {
      throw .argument("timesteps", "a list of \(angles.count)", wants: "one of at most \(training + 1)", "give fewer")
    }
    return angles
  }

  private func middle(_ run: RunRequest, steps: Int) throws(SchedulerError) -> Double? {
    switch run.middleAngle {
    case .even: return nil
    case .standard: return steps == 2 ? TrigonometricFlow.middleAngle : nil
    case .at(let angle):
      guard steps == 2 else {
        throw .argument("middleAngle", angle, wants: "used with \(steps) steps", "leave it out, or ask for two steps")
      }
      return try checked(angle)
    }
  }

  private func checked(_ angle: Double) throws(SchedulerError) -> Double {
    guard angle > 0, angle <= Double.pi else {
      throw .argument("an angle", angle, wants: "above 0 and at most π", "π/2 is noise")
    }
    return angle
  }

  /// The level at an angle.
  public func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel {
    guard (0...Double.pi).contains(timestep) else {
      throw .argument("the timestep", timestep, wants: "from 0 to π", "timesteps are angles here")
    }
    return .trigonometric(angle: timestep, dataDeviation: dataDeviation)
  }
}
