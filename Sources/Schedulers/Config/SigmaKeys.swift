import Scheduling

/// How the sigmas of a run are respaced, from the keys that say it: `use_karras_sigmas` and its kin.
struct SigmaKeys: Sendable {
  /// The schedule; `nil` when the sigmas stay where the timesteps are.
  let schedule: SigmaSchedule?
  /// The key that switched it on.
  let key: String?

  /// The schedules by their keys, in the order in which they win over each other.
  private static let karras: (String, SigmaSchedule) = ("use_karras_sigmas", .karras(rho: 7))
  private static let lu: (String, SigmaSchedule) = ("use_lu_lambdas", .logarithmic)
  private static let others: [(String, SigmaSchedule)] = [
    ("use_exponential_sigmas", .exponential), ("use_beta_sigmas", .beta(0.6, 0.6)),
  ]

  /// - Parameters:
  ///   - hasLu: Whether the class has `use_lu_lambdas`, which may be on beside another.
  ///   - karrasOnly: Whether the class has `use_karras_sigmas` alone.
  init(_ keys: inout ConfigReader, hasLu: Bool = false, karrasOnly: Bool = false) throws(SchedulerError) {
    let candidates = [Self.karras] + (karrasOnly ? [] : Self.others)
    var chosen: [(key: String, schedule: SigmaSchedule)] = []
    for (key, schedule) in candidates where try keys.flag(key) { chosen.append((key, schedule)) }
    guard chosen.count < 2 else {
      throw SchedulerError(
        .configuration, "\(chosen.map(\.key).joined(separator: " and ")) are both true", "choose one of them")
    }
    if hasLu, try keys.flag(Self.lu.0), chosen.first?.key != Self.karras.0 { chosen = [Self.lu] }
    (schedule, key) = (chosen.first?.schedule, chosen.first?.key)
  }

  /// Whether the timesteps of the sigmas are rounded to the nearest, and not cut, where they are integers.
  var rounds: Bool { key == Self.karras.0 || key == Self.lu.0 }

  /// Refuses timesteps that are given where the sigmas decide.
  func refuseTimesteps() throws(SchedulerError) {
    guard let key else { return }
    throw SchedulerError(
      .argument, "timesteps are given, and \(key) places them itself", "give steps, or switch \(key) off")
  }
}
