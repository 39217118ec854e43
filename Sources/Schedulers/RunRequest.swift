import Scheduling

/// Where a run evaluates the model, and what else `set_timesteps` takes.
public struct RunRequest: Sendable, Hashable {
  /// How the points of a run are given.
  public enum Points: Sendable, Hashable {
    /// By their number.
    case steps(Int)
    /// As timesteps, descending.
    case timesteps([Double])
    /// As sigmas, descending, the one that the run ends at included.
    case sigmas([Double])
  }

  /// Which angle a run of two steps passes, for TrigFlow.
  public enum MiddleAngle: Sendable, Hashable {
    /// The class's own.
    case standard
    /// The one halfway.
    case even
    /// This one, for runs of two steps only.
    case at(Double)
  }

  /// How the points of the run are given.
  public var points: Points
  /// The shift of flow matching, for schedulers whose shift depends on the image (`mu`).
  public var mu: Double?
  /// The timesteps to give the model at sigmas that are given, for schedulers that take both.
  public var timestepsOfSigmas: [Double]?
  /// The number of steps that a model was distilled with, which a run's are picked from, for schedulers of such models; the
  /// configuration's unless given (`original_inference_steps`).
  public var originalSteps: Int?
  /// The share of the run that is made, from its end, for schedulers of distilled models (`strength`).
  public var strength = 1.0
  /// The angle that a run starts from, for TrigFlow; the class's own unless given (`max_timesteps`).
  public var largestAngle: Double?
  /// The angle between the steps of a run of two, for TrigFlow (`intermediate_timesteps`).
  public var middleAngle = MiddleAngle.standard
  /// The stage of a video that grows in stages (`stage_index`).
  public var stage = 0
  /// Whether a run with a distilled model of such videos takes twice the steps (`is_amplify_first_chunk`).
  public var amplifiesFirstChunk = false
  /// How many steps a jump back to noise goes, and how often each is made, for runs with a mask (`jump_length`,
  /// `jump_n_sample`).
  public var jumpLength = 10, jumpCount = 10
  /// How much chance there is at the first and at the last step of a run that keeps tokens by confidence (`temperature`);
  /// a single one goes down to 0.01.
  public var temperatures: [Double] = [2, 0]
  /// The number of tokens of a block, for schedulers of such; the configuration's unless given (`block_length`).
  public var blockLength: Int?
  /// The share of the signal that a run begins with, for schedulers whose time that is; next to none unless given
  /// (`start_time`).
  public var startTime: Double?

  /// A run of so many steps.
  public init(steps: Int) { points = .steps(steps) }
  /// A run over these timesteps.
  public init(timesteps: [Double]) { points = .timesteps(timesteps) }
  /// A run over these sigmas.
  public init(sigmas: [Double]) { points = .sigmas(sigmas) }
}

extension RunRequest {
  /// More steps than any run has.
  private static let mostSteps = 1_000_000

  /// The number of steps, for a class that takes nothing else.
  func onlySteps(of scheduler: any Scheduler, atMost limit: Int? = nil) throws(SchedulerError) -> Int {
    try refuseShift(of: scheduler)
    guard case .steps(let count) = points else { throw unsupported(by: scheduler) }
    return try Self.checked(steps: count, atMost: limit)
  }

  /// Refuses a shift, for a class that has none.
  func refuseShift(of scheduler: any Scheduler) throws(SchedulerError) {
    guard let mu else { return }
    throw .argument("mu", mu, wants: "an argument of \(scheduler.className)", "leave it out")
  }

  /// What a class says that does not take points of this kind.
  func unsupported(by scheduler: any Scheduler) -> SchedulerError {
    let kind =
      switch points {
      case .steps: "a number of steps"
      case .timesteps: "timesteps"
      case .sigmas: "sigmas"
      }
    return SchedulerError(
      .argument, "\(scheduler.className) does not take \(kind)", "give the number of steps, or use another class")
  }

  /// A number of steps that there can be.
  static func checked(steps: Int, atMost limit: Int? = nil) throws(SchedulerError) -> Int {
    guard steps >= 1 else {
      throw .argument("steps", steps, wants: "an integer of at least 1", "ask for at least one step")
    }
    guard steps <= mostSteps else {
      throw SchedulerError(.limit, "steps is \(steps), more than the limit of \(mostSteps)", "ask for fewer steps")
    }
    guard steps <= limit ?? steps else {
      throw .argument(
        "steps", steps, wants: "at most \(limit ?? steps), the number of training timesteps", "ask for fewer steps")
    }
    return steps
  }

  /// Timesteps that descend and that the training has.
  static func checked(timesteps: [Double], of training: Int) throws(SchedulerError) -> [Double] {
    try checked(timesteps, "timesteps", atLeast: 1)
    let last = Double(training - 1)
    guard let first = timesteps.first(where: { $0 < 0 || $0 > last }) else { return timesteps }
    throw .argument("a timestep", first, wants: "from 0 to \(training - 1)", "use timesteps of the training")
  }

  /// Times of a continuous training, from 1 or another largest to 0, which descend; the last is where the run ends.
  static func checked(times: [Double], upTo largest: Double = 1) throws(SchedulerError) -> [Double] {
    try checked(times, "timesteps", atLeast: 2)
    guard let other = times.first(where: { !(0...largest).contains($0) }) else { return times }
    throw .argument("a timestep", other, wants: "from 0 to \(largest)", "time is continuous here")
  }

  /// Sigmas of flow matching or timesteps that stand for them, which descend and are above 0, where the run ends.
  static func checked(flow list: [Double], _ name: String, upTo largest: Double) throws(SchedulerError) -> [Double] {
    try checked(list, name, atLeast: 1)
    guard let other = list.first(where: { $0 <= 0 || $0 > largest }) else { return list }
    throw .argument(
      "one of \(name)", other, wants: "above 0 and at most \(largest)",
      "leave the end out; the run gets there by itself")
  }

  /// Sigmas of flow matching, which descend from at most 1; the last is where the run ends.
  static func checked(flowToEnd sigmas: [Double]) throws(SchedulerError) -> [Double] {
    let sigmas = try checked(sigmas: sigmas)
    guard let other = sigmas.first, other > 1 else { return sigmas }
    throw .argument("a sigma", other, wants: "at most 1", "give the shares of noise in the samples")
  }

  /// Sigmas that descend, at least two.
  static func checked(sigmas: [Double]) throws(SchedulerError) -> [Double] {
    try checked(sigmas, "sigmas", atLeast: 2)
    guard let last = sigmas.last, last < 0 else { return sigmas }
    throw .argument("a sigma", last, wants: "at least 0", "end with 0, or with the level to stop at")
  }

  private static func checked(_ list: [Double], _ name: String, atLeast count: Int) throws(SchedulerError) {
    guard list.count >= count else {
      throw .argument(
        "\(name)", "a list of \(list.count)", wants: "one of at least \(count)", "give every point of the run")
    }
    guard list.count <= mostSteps else {
      throw SchedulerError(.limit, "\(name) is a list of \(list.count)", "give at most \(mostSteps)")
    }
    if let other = list.first(where: { !$0.isFinite }) {
      throw .argument("one of \(name)", other, wants: "finite", "give numbers")
    }
    for (before, after) in zip(list, list.dropFirst()) where after >= before {
      throw .argument("\(name)", "\(before), then \(after)", wants: "in descending order", "sort them, each once")
    }
  }
}
