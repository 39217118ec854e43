import Scheduling

/// Where UniPC evaluates the model, from the keys that say it: those of the DPM-Solver family, and for flow matching its
/// own `sigma_min`, `sigma_max` and `shift_terminal`.
struct UniPCPoints: Sendable {
  private let training: TrainingNoise
  private let table: SigmaTable
  private let respacing: SigmaKeys
  private let flow: FlowKeys
  private let spacing: TimestepSpacing
  private let offset: Int
  private let final: FinalSigma
  private let smallest, largest, terminal: Double?

  init(_ keys: inout ConfigReader, _ training: TrainingNoise) throws(SchedulerError) {
    self.training = training
    table = SigmaTable(training.schedule.sigmas)
    respacing = try SigmaKeys(&keys)
    flow = try FlowKeys(&keys)
    if flow.isUsed, let key = respacing.key, !respacing.rounds {
      throw SchedulerError(.configuration, "use_flow_sigmas and \(key) are both true", "choose one of them")
    }
    spacing = try keys.spacing(default: .linspace)
    offset = try training.offset(&keys)
    final = try keys.choice("final_sigmas_type", default: .zero)
    smallest = try keys.optionalNumber("sigma_min", in: 0...Double.greatestFiniteMagnitude)
    largest = try keys.optionalNumber("sigma_max", in: 0...Double.greatestFiniteMagnitude)
    terminal = try keys.optionalNumber("shift_terminal", in: 0...1)
    if terminal != nil, !flow.isUsed {
      throw SchedulerError(
        .configuration, "shift_terminal is given without use_flow_sigmas",
        "set use_flow_sigmas to true, or leave it out")
    }
  }

  /// What the sigmas mean.
  var frame: Frame { flow.isUsed ? .flow : .variancePreserving }

  /// The points of a run. Sigmas can be given for flow matching alone, and without the end.
  func list(_ run: RunRequest, _ quirks: Quirks, of scheduler: any Scheduler) throws(SchedulerError) -> SigmaList {
    let shift = try flow.shift(of: run, isRequired: true)
    let list: SigmaList
    switch run.points {
    case .timesteps: throw run.unsupported(by: scheduler)
    case .sigmas(let sigmas):
      guard flow.isUsed, respacing.schedule == nil else { throw run.unsupported(by: scheduler) }
      list = flowList(try RunRequest.checked(sigmas: sigmas), shift)
    case .steps(let steps):
      list = points(try RunRequest.checked(steps: steps), shift, quirks)
    }
    let isOwnList = flow.isUsed || respacing.schedule != nil
    return list.ending(at: final.sigma(of: table, or: isOwnList ? list.sigmas.last : nil))
  }

  private func points(_ steps: Int, _ shift: Double, _ quirks: Quirks) -> SigmaList {
    if let schedule = respacing.schedule {
      let list = table.list(
        schedule, count: steps, from: largest ?? table.largest, to: smallest ?? table.smallest)
      if flow.isUsed { return FlowSigmas.list(ofRatios: list.sigmas, of: training.count).timesteps(as: .truncated) }
      if quirks.contains(.sigmasAtTimesteps) { return table.list(nearestTo: list) }
      return list.timesteps(as: respacing.rounds ? .nearest : .truncated)
    }
    if flow.isUsed { return flowList(FlowSigmas.even(steps, of: training.count), shift) }
    return table.list(
      at: spacing.starts(
        steps, of: training.count, last: training.count, offset: offset,
        overruns: quirks.contains(.trailingOverrun)))
  }

  private func flowList(_ sigmas: [Double], _ shift: Double) -> SigmaList {
    FlowSigmas.list(sigmas, of: training.count, shift: shift, stretchedTo: terminal, belowOne: true)
      .timesteps(as: .truncated)
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
