import Foundation
import Synchronization

/// Counts what each caller has asked for in the current window of time.
///
/// The windows are the same for everybody and begin at multiples of their length, so that one number says when all
/// counts end, and the memory of one window is all there is.
final class RequestCounter: Sendable {
  private struct State {
    var window: Int64 = 0
    var counts: [String: Int] = [:]
  }

  /// Callers beyond these share one count: a flood of addresses must not fill the memory.
  private static let mostCallers = 100_000

  /// The length of a window in seconds.
  let seconds: Int64
  private let state = Mutex(State())

  init(seconds: Int64) { self.seconds = max(1, seconds) }

  /// How many `caller` has counted in this window, `more` added, and the seconds until it ends.
  func count(_ caller: String, adding more: Int = 1, at now: Int64 = currentSeconds()) -> (count: Int, rest: Int64) {
    let window = now / seconds
    return state.withLock { state in
      if state.window != window { state = State(window: window) }
      let isKnown = state.counts[caller] != nil || state.counts.count < Self.mostCallers
      let key = isKnown ? caller : ""
      let count = state.counts[key, default: 0] + more
      if more > 0 { state.counts[key] = count }
      return (count, (window + 1) * seconds - now)
    }
  }
}
