import Scheduling

/// Whether the sigmas of a run are those of flow matching, from the keys that say it: `use_flow_sigmas`, `flow_shift`,
/// `use_dynamic_shifting`, `time_shift_type`.
struct FlowKeys: Sendable {
  let isUsed: Bool
  private let shift: Double
  private let isDynamic: Bool

  private enum TimeShift: String, CaseIterable { case exponential }

  /// - Parameter mayBeDynamic: Whether the class has the keys of a shift that depends on the run.
  init(_ keys: inout ConfigReader, mayBeDynamic: Bool = true) throws(SchedulerError) {
    isUsed = try keys.flag("use_flow_sigmas")
    shift = try keys.number("flow_shift", default: 1, in: Double.leastNormalMagnitude...Double.greatestFiniteMagnitude)
    isDynamic = mayBeDynamic ? try keys.flag("use_dynamic_shifting") : false
    if mayBeDynamic { _ = try keys.choice("time_shift_type", default: TimeShift.exponential) }
  }

  /// The shift of a run: the configuration's, or the one that the run asks for.
  ///
  /// - Parameter isRequired: Whether a run must ask for one when it may.
  func shift(of run: RunRequest, isRequired: Bool = false) throws(SchedulerError) -> Double {
    guard let mu = run.mu else {
      guard isDynamic, isRequired else { return shift }
      throw SchedulerError(.argument, "use_dynamic_shifting is on, and the run has no mu", "give the run its mu")
    }
    guard isDynamic else {
      throw .argument("mu", mu, wants: "used without use_dynamic_shifting", "leave it out, or switch that on")
    }
    guard mu.isFinite else { throw .argument("mu", mu, wants: "a finite number", "give the logarithm of the shift") }
    return FlowSigmas.shift(ofExponent: mu)
  }
}
