import Scheduling

/// The noise that the model was trained with, from the keys that say it: `num_train_timesteps`, `beta_start`, `beta_end`,
/// `beta_schedule`, `trained_betas`, `rescale_betas_zero_snr`, `snr_shift_scale`.
struct TrainingNoise: Sendable {
  /// The tables.
  let schedule: NoiseSchedule
  /// The curve that the βs follow.
  let curve: BetaSchedule

  /// What a class does about a terminal signal-to-noise ratio of zero.
  enum Rescaling {
    /// It has no such key.
    case absent
    /// The last ᾱ becomes 0.
    case exact
    /// The last ᾱ becomes 2⁻²⁴, so that its sigma is finite.
    case nearly
    /// The signal-to-noise ratios are divided by `snr_shift_scale`, and then the last ᾱ becomes 0. What grows linearly in its
    /// root is in double precision.
    case afterShift
  }

  /// - Parameters:
  ///   - curves: The curves that the class has.
  ///   - start: The class's default of `beta_start`.
  ///   - end: The class's default of `beta_end`.
  ///   - first: The class's default of `beta_schedule`.
  init(
    _ keys: inout ConfigReader, curves: [BetaSchedule] = [.linear, .scaledLinear, .squaredCosine],
    start: Double = 0.0001, end: Double = 0.02, curve first: BetaSchedule = .linear, rescaling: Rescaling = .absent
  ) throws(SchedulerError) {
    let count = try keys.integer("num_train_timesteps", default: 1000, in: 1...ConfigReader.mostTrainingSteps)
    let start = try keys.number("beta_start", default: start, in: 0...1)
    let end = try keys.number("beta_end", default: end, in: 0...1)
    curve = try keys.choice("beta_schedule", default: first, of: curves)
    let betas = try keys.optionalNumbers("trained_betas", in: 0...1)
    if let betas, betas.count != count {
      throw SchedulerError(
        .configuration, "trained_betas has \(betas.count) values for \(count) num_train_timesteps",
        "give a value for each training timestep")
    }
    let trained = betas.map { NoiseSchedule(betas: $0.map { Float($0) }) }
    let schedule = trained ?? NoiseSchedule(curve, from: start, to: end, count: count)
    guard rescaling != .afterShift else {
      let isUnrounded = trained == nil && curve == .scaledLinear
      self.schedule = schedule.dividingSignalToNoise(
        by: try keys.positive("snr_shift_scale", default: 3), endsInNoise: try keys.flag("rescale_betas_zero_snr"),
        unrounded: isUnrounded ? NoiseSchedule.UnroundedCurve(from: start, to: end) : nil)
      return
    }
    guard rescaling != .absent, try keys.flag("rescale_betas_zero_snr") else {
      self.schedule = schedule
      return
    }
    self.schedule = schedule.rescaledToZeroTerminalSNR(leaving: rescaling == .nearly ? 0x1p-24 : 0)
  }

  /// The number of training timesteps.
  var count: Int { schedule.count }

  /// How far apart the timesteps of a run of so many steps are, rounded down.
  func stride(_ steps: Int) -> Int { count / steps }

  /// The variance-preserving level at a training timestep.
  func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel {
    schedule.level(at: try schedule.index(of: timestep))
  }

  /// The value of `steps_offset`.
  func offset(_ keys: inout ConfigReader) throws(SchedulerError) -> Int {
    try keys.integer("steps_offset", default: 0, in: 0...max(0, count - 1))
  }
}
