import Foundation

/// A moment, in seconds since 1970, as people and programs read it.
struct Moment: Sendable {
  let seconds: Double

  /// ISO 8601 in UTC: `2026-05-01T12:30:00Z`.
  var text: String { Date(timeIntervalSince1970: seconds).formatted(.iso8601) }

  /// How long ago, in one unit: `3 days ago`.
  func ago(from now: Double) -> String {
    let age = max(0, now - seconds)
    let units = [("year", 31_557_600.0), ("month", 2_629_800), ("week", 604_800), ("day", 86400), ("hour", 3600)]
    for (name, length) in units + [("minute", 60)] where age >= length {
      let count = Int(age / length)
      return "\(count) \(name)\(count == 1 ? "" : "s") ago"
    }
    return "just now"
  }
}
