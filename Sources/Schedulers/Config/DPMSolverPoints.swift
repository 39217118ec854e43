import Scheduling

/// Where the DPM-Solver family evaluates the model, from the keys that say it: those of ``SigmaKeys`` and ``FlowKeys``,
/// `lambda_min_clipped`, `timestep_spacing`, `steps_offset`.
struct DPMSolverPoints: Sendable {
  private let training: TrainingNoise
  private let table: SigmaTable
  private let respacing: SigmaKeys
  private let flow: FlowKeys
  private let lowestLambda: Double
  private let spacing: TimestepSpacing
  private let offset: Int
  private let final: FinalSigma
  private let traits: Traits

  /// What the classes of the family differ in.
  struct Traits: OptionSet {
    let rawValue: Int
    /// `use_lu_lambdas`.
    static let lu = Traits(rawValue: 1)
    /// `lambda_min_clipped`.
    static let lambdaClipping = Traits(rawValue: 2)
    /// `timestep_spacing` and `steps_offset`; without them it is `linspace`.
    static let spacing = Traits(rawValue: 4)
    /// Timesteps can be given.
    static let timesteps = Traits(rawValue: 8)
    /// Timesteps of respaced sigmas are cut, not rounded, when the βs follow the squared cosine.
    static let truncatedCosine = Traits(rawValue: 16)
    /// A run that ends at the smallest sigma ends at that of its own list.
    static let repeatedEnd = Traits(rawValue: 32)
    /// A run goes towards the noise.
    static let inverse = Traits(rawValue: 64)
    /// A run cannot ask for a shift of its own.
    static let staticShift = Traits(rawValue: 128)
  }

  /// - Parameter final: Where runs end.
  init(
    _ keys: inout ConfigReader, _ training: TrainingNoise, _ traits: Traits, final: FinalSigma
  ) throws(SchedulerError) {
    (self.training, self.final, self.traits) = (training, final, traits)
    table = SigmaTable(training.schedule.sigmas)
    respacing = try SigmaKeys(&keys, hasLu: traits.contains(.lu))
    flow = try FlowKeys(&keys, mayBeDynamic: traits.isDisjoint(with: [.inverse, .staticShift]))
    if flow.isUsed, let key = respacing.key {
      throw SchedulerError(.configuration, "use_flow_sigmas and \(key) are both true", "choose one of them")
    }
    let clips = traits.contains(.lambdaClipping)
    lowestLambda = clips ? try keys.number("lambda_min_clipped", default: -.infinity) : -.infinity
    spacing = traits.contains(.spacing) ? try keys.spacing(default: .linspace) : .linspace
    offset = traits.contains(.spacing) ? try training.offset(&keys) : 0
  }

  /// What the sigmas mean.
  var frame: Frame { flow.isUsed ? .flow : .variancePreserving }

  /// The points of a run.
  func list(_ run: RunRequest, _ quirks: Quirks, of scheduler: any Scheduler) throws(SchedulerError) -> SigmaList {
    let shift = try flow.shift(of: run)
    switch run.points {
    case .sigmas: throw run.unsupported(by: scheduler)
    case .timesteps(let timesteps):
      try respacing.refuseTimesteps()
      if flow.isUsed || !traits.contains(.timesteps) { throw run.unsupported(by: scheduler) }
      return table.list(at: try RunRequest.checked(timesteps: timesteps, of: training.count)).timesteps(as: .truncated)
        .ending(at: final.sigma(of: table))
    case .steps(let steps):
      let steps = try RunRequest.checked(steps: steps)
      if traits.contains(.inverse) { return inversePoints(steps, shift, quirks) }
      let list = points(steps, shift, quirks)
      let repeatsEnd = traits.contains(.repeatedEnd) && (flow.isUsed || respacing.schedule != nil)
      return list.ending(at: final.sigma(of: table, or: repeatsEnd ? list.sigmas.last : nil))
    }
  }

  private func points(_ steps: Int, _ shift: Double, _ quirks: Quirks) -> SigmaList {
    if let schedule = respacing.schedule {
      let list = table.list(schedule, count: steps, from: table.largest, to: table.smallest)
      if quirks.contains(.sigmasAtTimesteps) { return table.list(nearestTo: list) }
      let isCut = traits.contains(.truncatedCosine) && training.curve == .squaredCosine
      return list.timesteps(as: respacing.rounds && !isCut ? .nearest : .truncated)
    }
    if flow.isUsed { return FlowSigmas.list(steps, of: training.count, shift: shift).timesteps(as: .truncated) }
    let last = training.schedule.count(withLambdaAtLeast: lowestLambda)
    return table.list(
      at: spacing.starts(
        steps, of: training.count, last: last, offset: offset, overruns: quirks.contains(.trailingOverrun)))
  }

  /// The points of a run towards the noise, the end included.
  private func inversePoints(_ steps: Int, _ shift: Double, _ quirks: Quirks) -> SigmaList {
    if let schedule = respacing.schedule {
      let list = table.list(schedule, count: steps, from: table.smallest, to: table.largest).repeatingEnd()
      return respacing.rounds
        ? list.timesteps(as: .nearest).withoutRepeatedTimesteps()
        : list.withoutRepeatedTimesteps().timesteps(as: .truncated)
    }
    if flow.isUsed {
      return FlowSigmas.list(steps, of: training.count, shift: shift).repeatingEnd().withoutRepeatedTimesteps()
        .timesteps(as: .truncated)
    }
    let last = training.schedule.count(withLambdaAtLeast: lowestLambda)
    let timesteps = spacing.inverseStarts(
      steps, of: training.count, last: last, offset: offset, overruns: quirks.contains(.trailingOverrun))
    return table.list(at: timesteps).ending(at: table.sigma(at: Double(last - 1))).withoutRepeatedTimesteps()
  }

  /// The level of a training timestep.
  func level(at timestep: Double, _ quirks: Quirks) throws(SchedulerError) -> NoiseLevel {
    let index = try training.schedule.index(of: timestep)
    guard quirks.contains(.reversedTraining) else {
      return flow.isUsed ? FlowSigmas.level(at: timestep, of: training.count) : training.schedule.level(at: index)
    }
    return frame.level(Double(table.sigmas[training.count - 1 - index]))
  }
}
