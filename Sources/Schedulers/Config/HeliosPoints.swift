import Scheduling

/// Where a model of Helios is evaluated, from the keys that say it: `num_train_timesteps`, `shift`, `stages`, `stage_range`,
/// `gamma`, `use_dynamic_shifting`, `time_shift_type`.
struct HeliosPoints: Sendable {
  private let training: Int
  private let shift: Double
  private let pyramid: FlowPyramid
  private let isDynamic: Bool
  private let timeShift: TimeShift

  /// How the number of a shift is meant.
  enum TimeShift: String, CaseIterable {
    case exponential, linear

    /// The shift.
    func shift(of number: Double) -> Double { self == .linear ? number : FlowSigmas.shift(ofExponent: number) }
  }

  /// - Parameter timeShift: The class's default of `time_shift_type`.
  init(_ keys: inout ConfigReader, timeShift: TimeShift) throws(SchedulerError) {
    training = try keys.trainingSteps()
    shift = try keys.flowShift()
    let stages = try keys.integer("stages", default: 3, in: 1...1000)
    let bounds = try keys.numbers("stage_range", default: [0, .double(1 / 3), .double(2 / 3), 1], in: 0...1)
    let gamma = try keys.positive("gamma", default: 1 / 3)
    isDynamic = try keys.flag("use_dynamic_shifting")
    self.timeShift = try keys.choice("time_shift_type", default: timeShift)
    let used = Array(bounds.prefix(stages + 1))
    guard used.count == stages + 1, zip(used, used.dropFirst()).allSatisfy({ $0 < $1 }) else {
      throw SchedulerError(
        .configuration, "stage_range does not have \(stages + 1) ascending numbers for \(stages) stages",
        "give where the first stage begins, and where each ends")
    }
    guard !isDynamic || shift == 1 else {
      throw SchedulerError(
        .configuration, "use_dynamic_shifting is on, and shift is \(shift)", "leave one of them out")
    }
    pyramid = try FlowPyramid(training: training, shift: shift, bounds: used, gamma: gamma)
  }

  /// The plan of a run in a frame.
  func plan(
    _ run: RunRequest, in frame: Frame = .flow, of scheduler: any Scheduler
  ) throws(SchedulerError) -> Plan {
    let list = try list(try steps(run, of: scheduler), run)
    return plan(list, in: frame)
  }

  /// The plan of a run with a model that was distilled: of one point more than are evaluated, the last being left out.
  func distilledPlan(_ run: RunRequest, of scheduler: any Scheduler) throws(SchedulerError) -> Plan {
    let steps = try steps(run, of: scheduler)
    let list = try list((run.amplifiesFirstChunk ? 2 * steps : steps) + 1, run)
    return plan(SigmaList(timesteps: list.timesteps.dropLast(), sigmas: list.sigmas.dropLast()), in: .flow)
  }

  private func plan(_ list: SigmaList, in frame: Frame) -> Plan {
    Plan(list.ending(at: 0), in: frame, isRounded: pyramid.count == 1)
  }

  private func steps(_ run: RunRequest, of scheduler: any Scheduler) throws(SchedulerError) -> Int {
    guard case .steps(let steps) = run.points else { throw run.unsupported(by: scheduler) }
    return try RunRequest.checked(steps: steps)
  }

  private func list(_ count: Int, _ run: RunRequest) throws(SchedulerError) -> SigmaList {
    let dynamic = try dynamicShift(run)
    guard (0..<pyramid.count).contains(run.stage) else {
      throw .argument("stage", run.stage, wants: "from 0 to \(pyramid.count - 1)", "use a stage of the configuration")
    }
    guard pyramid.count == 1 else {
      guard let dynamic else { return pyramid.list(count, stage: run.stage) }
      return pyramid.list(count, stage: run.stage, shift: dynamic)
    }
    let fixed = shift == 1 ? nil : timeShift.shift(of: shift)
    let sigmas = FlowSigmas.even(count, of: training).map { sigma in
      (dynamic ?? fixed).map { FlowSigmas.shifted(Float(sigma), by: $0, .dynamic) } ?? Float(sigma)
    }
    return FlowSigmas.list(at: sigmas.map { Double($0) }, of: training)
  }

  /// The shift that the run asks for; `nil` for a configuration that has none.
  private func dynamicShift(_ run: RunRequest) throws(SchedulerError) -> Double? {
    guard isDynamic else {
      guard let mu = run.mu else { return nil }
      throw .argument("mu", mu, wants: "used without use_dynamic_shifting", "leave it out, or switch that on")
    }
    let shift = run.mu.map(timeShift.shift)
    guard let shift, shift > 0, shift.isFinite else {
      throw .argument(
        "mu", run.mu.map { "\($0)" } ?? "missing", wants: "left out or out of range with use_dynamic_shifting",
        "give the shift for the size of the video")
    }
    return shift
  }

  /// The level of a training timestep.
  func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel {
    try FlowShift.level(at: timestep, of: training, shift: 1)
  }
}
