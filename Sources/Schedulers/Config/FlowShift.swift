import Scheduling

/// How the sigmas of flow matching are shifted, from the keys that say it: `shift`, `use_dynamic_shifting`, `base_shift`,
/// `max_shift`, `base_image_seq_len`, `max_image_seq_len`, `shift_terminal`, `time_shift_type`.
struct FlowShift: Sendable {
  private let shift: Double
  private let isDynamic: Bool
  private let terminal: Double?
  private let timeShift: TimeShift

  private enum TimeShift: String, CaseIterable { case exponential, linear }

  init(_ keys: inout ConfigReader) throws(SchedulerError) {
    shift = try keys.flowShift()
    isDynamic = try keys.flag("use_dynamic_shifting")
    // A pipeline computes mu from these four; the run is given the result.
    _ = try keys.optionalNumber("base_shift", default: 0.5)
    _ = try keys.optionalNumber("max_shift", default: 1.15)
    _ = try keys.integer("base_image_seq_len", default: 256)
    _ = try keys.integer("max_image_seq_len", default: 4096)
    terminal = try keys.optionalNumber("shift_terminal", in: 0...1)
    timeShift = try keys.choice("time_shift_type", default: .exponential)
  }

  /// The shift of the training's table, which a run's is made of.
  ///
  /// With the quirk ``Quirks/shiftTwice`` the ends of a run are shifted here, and once more with all its points.
  func ofTraining(_ quirks: Quirks) -> Double { isDynamic || !quirks.contains(.shiftTwice) ? 1 : shift }

  /// Sigmas, shifted as the run wants it, and stretched to the terminal sigma if there is one.
  func shifted<Number: BinaryFloatingPoint>(_ sigmas: [Number], _ run: RunRequest) throws(SchedulerError) -> [Number] {
    let (amount, form) = try amount(run)
    let shifted = sigmas.map { FlowSigmas.shifted($0, by: amount, form) }
    guard let terminal, terminal > 0 else { return shifted }
    return FlowSigmas.stretched(shifted, to: terminal)
  }

  private func amount(_ run: RunRequest) throws(SchedulerError) -> (Double, FlowSigmas.Form) {
    guard isDynamic else {
      guard let mu = run.mu else { return (shift, .fixed) }
      throw .argument("mu", mu, wants: "used without use_dynamic_shifting", "leave it out, or switch that on")
    }
    guard let mu = run.mu else {
      throw .argument(
        "mu", "missing", wants: "left out with use_dynamic_shifting", "give the shift for the size of the image")
    }
    let isUsable = timeShift == .exponential ? abs(mu) < 700 : mu > 0 && mu.isFinite
    guard isUsable else {
      throw .argument(
        "mu", mu, wants: timeShift == .exponential ? "from -700 to 700" : "a positive number",
        timeShift == .exponential ? "give the logarithm of the shift" : "give the shift")
    }
    return (timeShift == .exponential ? FlowSigmas.shift(ofExponent: mu) : mu, .dynamic)
  }

  /// The level of a training timestep.
  func level(at timestep: Double, of training: Int) throws(SchedulerError) -> NoiseLevel {
    try Self.level(at: timestep, of: training, shift: isDynamic ? 1 : shift)
  }

  /// The level of a training timestep, shifted.
  static func level(at timestep: Double, of training: Int, shift: Double) throws(SchedulerError) -> NoiseLevel {
    guard timestep >= 0, timestep <= Double(training) else {
      throw .argument("the timestep", timestep, wants: "from 0 to \(training)", "use a timestep of the training")
    }
    return .flow(FlowSigmas.shifted(timestep / Double(training), by: shift))
  }
}

extension ConfigReader {
  /// The value of `shift`.
  mutating func flowShift() throws(SchedulerError) -> Double {
    try number("shift", default: 1, in: Double.leastNormalMagnitude...Double.greatestFiniteMagnitude)
  }

  /// The value of `num_train_timesteps`.
  mutating func trainingSteps(default fallback: Int = 1000) throws(SchedulerError) -> Int {
    try integer("num_train_timesteps", default: fallback, in: 1...Self.mostTrainingSteps)
  }
}
