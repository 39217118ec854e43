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

  /// - Parameter final: Where runs end.
  init(_ keys: inout ConfigReader, _ training: TrainingNoise, final: FinalSigma) throws(SchedulerError) {
    (self.training, self.final) = (training, final)
    table = SigmaTable(training.schedule.sigmas)
    respacing = try SigmaKeys(&keys, hasLu: true)
    flow = try FlowKeys(&keys)
    if flow.isUsed, let key = respacing.key {
      throw SchedulerError(.configuration, "use_flow_sigmas and \(key) are both true", "choose one of them")
    }
    lowestLambda = try keys.number("lambda_min_clipped", default: -.infinity)
    spacing = try keys.spacing(default: .linspace)
    offset = try training.offset(&keys)
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
      if flow.isUsed { throw run.unsupported(by: scheduler) }
      return table.list(at: try RunRequest.checked(timesteps: timesteps, of: training.count)).timesteps(as: .truncated)
        .ending(at: final.sigma(of: table))
    case .steps(let steps):
      return points(try RunRequest.checked(steps: steps), shift, quirks).ending(at: final.sigma(of: table))
    }
  }

  private func points(_ steps: Int, _ shift: Double, _ quirks: Quirks) -> SigmaList {
    if let schedule = respacing.schedule {
      return table.list(schedule, count: steps, from: table.largest, to: table.smallest)
        .timesteps(as: respacing.rounds && training.curve != .squaredCosine ? .nearest : .truncated)
    }
    if flow.isUsed { return FlowSigmas.list(steps, of: training.count, shift: shift).timesteps(as: .truncated) }
    let last = training.schedule.count(withLambdaAtLeast: lowestLambda)
    return table.list(
      at: spacing.starts(
        steps, of: training.count, last: last, offset: offset, overruns: quirks.contains(.trailingOverrun)))
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
