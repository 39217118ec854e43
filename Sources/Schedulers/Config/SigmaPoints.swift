import Scheduling

/// Where the methods of k-diffusion evaluate the model, from the keys that say it: those of ``SigmaKeys``, `sigma_min`,
/// `sigma_max`, `interpolation_type`, `timestep_spacing`, `steps_offset`.
struct SigmaPoints: Sendable {
  let training: TrainingNoise
  let table: SigmaTable
  private let respacing: SigmaKeys?
  private let interpolation: Interpolation
  private let smallest, largest: Double?
  private let spacing: TimestepSpacing
  private let offset: Int
  private let hasSingleTimesteps: Bool

  private enum Interpolation: String, CaseIterable {
    case linear
    case logLinear = "log_linear"
  }

  /// Which sigma schedules a class has.
  enum Respacing { case none, karrasOnly, all }

  /// - Parameters:
  ///   - hasBounds: Whether the class has `sigma_min`, `sigma_max` and `interpolation_type`.
  ///   - spacing: The class's default of `timestep_spacing`.
  ///   - singleTimesteps: Whether the table is read at timesteps in single precision.
  init(
    _ keys: inout ConfigReader, _ training: TrainingNoise, _ respacing: Respacing = .all, hasBounds: Bool = false,
    spacing: TimestepSpacing = .linspace, singleTimesteps: Bool = true
  ) throws(SchedulerError) {
    (self.training, hasSingleTimesteps) = (training, singleTimesteps)
    table = SigmaTable(training.schedule.sigmas)
    self.respacing = respacing == .none ? nil : try SigmaKeys(&keys, karrasOnly: respacing == .karrasOnly)
    interpolation = hasBounds ? try keys.choice("interpolation_type", default: .linear) : .linear
    smallest = hasBounds ? try keys.optionalNumber("sigma_min", in: 0...Double.greatestFiniteMagnitude) : nil
    largest = hasBounds ? try keys.optionalNumber("sigma_max", in: 0...Double.greatestFiniteMagnitude) : nil
    self.spacing = try keys.spacing(default: spacing)
    offset = try training.offset(&keys)
  }

  /// The points of a number of steps, without the end.
  func list(steps: Int, _ quirks: Quirks) throws(SchedulerError) -> SigmaList {
    let steps = try RunRequest.checked(steps: steps)
    return respaced(
      spacing.timesteps(steps, of: training.count, offset: offset, overruns: quirks.contains(.trailingOverrun)))
  }

  /// The points at timesteps, without the end.
  func list(timesteps: [Double]) throws(SchedulerError) -> SigmaList {
    try respacing?.refuseTimesteps()
    return respaced(try RunRequest.checked(timesteps: timesteps, of: training.count))
  }

  /// The points of a run, without the end, for a class that takes no sigmas.
  func stepsOrTimesteps(
    _ run: RunRequest, _ quirks: Quirks, of scheduler: any Scheduler
  ) throws(SchedulerError) -> SigmaList {
    try run.refuseShift(of: scheduler)
    switch run.points {
    case .steps(let steps): return try list(steps: steps, quirks)
    case .timesteps(let timesteps): return try list(timesteps: timesteps)
    case .sigmas: throw run.unsupported(by: scheduler)
    }
  }

  private func respaced(_ timesteps: [Double]) -> SigmaList {
    let timesteps = hasSingleTimesteps ? timesteps.map { Double(Float($0)) } : timesteps
    var list = table.list(at: timesteps)
    if interpolation == .logLinear { list.sigmas = table.logLinear(timesteps.count + 1) }
    guard let schedule = respacing?.schedule else { return list }
    return table.list(
      schedule, count: timesteps.count, from: largest ?? list.sigmas[0],
      to: smallest ?? list.sigmas[list.sigmas.count - 1])
  }

  /// How k-diffusion's second-order method keeps timesteps, `nil` for as they are: sigmas of a schedule have exact ones,
  /// and Karras's are rounded.
  var timestepForm: SigmaList.TimestepForm? {
    guard let respacing, respacing.schedule != nil else { return .single }
    return respacing.rounds ? .nearest : nil
  }

  /// The deviation of the first sample of a run.
  func initNoiseSigma(_ list: SigmaList) -> Double {
    initialDeviation(sigma: list.sigmas.max() ?? 0, countingSignal: spacing == .leading)
  }

  /// The level of a training timestep.
  func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel {
    .karras(Double(table.sigmas[try training.schedule.index(of: timestep)]))
  }
}
