import Scheduling

/// Where flow matching evaluates the model, from the keys that say it: `num_train_timesteps`, those of ``FlowShift`` and
/// ``SigmaKeys``, `invert_sigmas`.
struct FlowPoints: Sendable {
  /// The number of training timesteps.
  let training: Int
  /// Whether the run goes from the clean end to the noise, with the shares of signal and noise exchanged.
  let inverts: Bool
  private let shift: FlowShift
  private let respacing: SigmaKeys

  init(_ keys: inout ConfigReader) throws(SchedulerError) {
    training = try keys.trainingSteps()
    shift = try FlowShift(&keys)
    inverts = try keys.flag("invert_sigmas")
    respacing = try SigmaKeys(&keys)
  }

  /// The plan of a run.
  func plan(_ run: RunRequest, _ quirks: Quirks) throws(SchedulerError) -> Plan {
    let list = FlowSigmas.list(at: try sigmas(run, quirks), timesteps: try timesteps(run), of: training)
    return Plan(inverts ? list.inverted(of: training).ending(at: 1) : list.ending(at: 0), in: .flow)
  }

  private func sigmas(_ run: RunRequest, _ quirks: Quirks) throws(SchedulerError) -> [Double] {
    let shifted = try shiftedSigmas(run, quirks)
    guard let schedule = respacing.schedule else { return shifted }
    return schedule.sigmas(shifted.count, from: shifted[0], to: shifted[shifted.count - 1])
  }

  private func shiftedSigmas(_ run: RunRequest, _ quirks: Quirks) throws(SchedulerError) -> [Double] {
    switch run.points {
    case .steps(let steps):
      let steps = try RunRequest.checked(steps: steps)
      return try shift.shifted(FlowSigmas.even(steps, of: training, shift: shift.ofTraining(quirks)), run)
    case .sigmas(let sigmas):
      let sigmas = try RunRequest.checked(flow: sigmas, "sigmas", upTo: 1).map { Float($0) }
      return try shift.shifted(sigmas, run).map { Double($0) }
    case .timesteps(let timesteps):
      let sigmas = try checked(timesteps: timesteps).map { Float($0) / Float(training) }
      return try shift.shifted(sigmas, run).map { Double($0) }
    }
  }

  private func timesteps(_ run: RunRequest) throws(SchedulerError) -> [Double]? {
    switch (run.points, run.timestepsOfSigmas) {
    case (.timesteps(let timesteps), nil): return timesteps.map { Double(Float($0)) }
    case (_, nil): return nil
    case (.sigmas(let sigmas), let given?) where sigmas.count == given.count:
      return try checked(timesteps: given).map { Double(Float($0)) }
    case (_, let given?):
      throw .argument(
        "timestepsOfSigmas", "a list of \(given.count)", wants: "one for each sigma", "give as many of both")
    }
  }

  private func checked(timesteps: [Double]) throws(SchedulerError) -> [Double] {
    try RunRequest.checked(flow: timesteps, "timesteps", upTo: Double(training))
  }

  /// The level of a training timestep, which is shifted unless the shift is the run's.
  func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel { try shift.level(at: timestep, of: training) }
}
