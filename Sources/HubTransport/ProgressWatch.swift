import HubModel

/// Decides when a transfer has taken too long, from what was noted of it and the time.
///
/// libcurl's own speed limit knows one rate and one time for everything. A hub may think for a minute about a commit,
/// but a body that stands still is dead after seconds, so each phase has its own limit.
struct ProgressWatch {
  typealias Instant = ContinuousClock.Instant

  /// Where the transfer is.
  private enum Phase {
    /// In libcurl's queue, or connecting: libcurl has a limit for that.
    case connecting
    /// The request is under way or the answer is awaited, since the last byte sent.
    case awaitingHead(since: Instant)
    /// The body arrives: bytes in the window that began then.
    case receiving(since: Instant, bytes: Int)
    /// The sink asked for a rest.
    case resting
  }

  private let timeouts: HTTPTimeouts
  private let start: Instant
  private var phase = Phase.connecting

  init(_ timeouts: HTTPTimeouts, start: Instant) { (self.timeouts, self.start) = (timeouts, start) }

  /// A connection is there and the request goes out, or a part of its body was sent.
  mutating func sent(at now: Instant) { phase = .awaitingHead(since: now) }

  /// The head of the answer is complete, or the sink takes bytes again.
  mutating func beganBody(at now: Instant) { phase = .receiving(since: now, bytes: 0) }

  /// A part of the body arrived.
  mutating func received(_ count: Int, at now: Instant) {
    if case .receiving(let since, let bytes) = phase {
      phase = .receiving(since: since, bytes: bytes + count)
    } else {
      phase = .receiving(since: now, bytes: count)
    }
  }

  /// The sink is full.
  mutating func rested() { phase = .resting }

  /// The limit that has been passed by `now`, if one has; a window of the body's rate that is over begins anew.
  mutating func overdue(at now: Instant) -> HubError? {
    if let total = timeouts.total, start.seconds(until: now) > total {
      return TransportFailure(.timeout, "not finished after \(total) s").error
    }
    switch phase {
    case .connecting, .resting: return nil
    case .awaitingHead(let since):
      guard since.seconds(until: now) > timeouts.response else { return nil }
      return TransportFailure(.timeout, "no answer for \(timeouts.response) s").error
    case .receiving(let since, let bytes):
      guard since.seconds(until: now) > timeouts.idle else { return nil }
      guard Double(bytes) < timeouts.minimumRate * timeouts.idle else {
        phase = .receiving(since: now, bytes: 0)
        return nil
      }
      return TransportFailure(.timeout, "no more than \(bytes) bytes in \(timeouts.idle) s").error
    }
  }
}

extension ContinuousClock.Instant {
  func seconds(until end: Self) -> Double { duration(to: end) / .seconds(1) }
}
