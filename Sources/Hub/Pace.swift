import HubModel
import Synchronization

/// Whether one connection is so slow that several are worth their while.
///
/// Many stores limit each connection and not each client. Where one is fast, as on a local network, more of them only get
/// into each other's way; so a transfer begins with one, and is stopped after a second if the rest would take it several
/// more.
final class Pace: Sendable {
  /// The error that stops such a transfer.
  static let tooSlow = HubError(.network("one connection is slow"), cause: TooSlow())

  struct TooSlow: Error {}

  /// How long a connection is watched before it is judged, in seconds.
  private static let patience = 1.0
  /// How long the rest may take over one connection, in seconds.
  private static let acceptableRest = 4.0

  private let start = Mutex<(time: ContinuousClock.Instant, offset: Int64)?>(nil)

  /// Begins to watch a transfer, if its server can serve parts.
  func begin(servesRanges: Bool, at offset: Int64) { start.withLock { $0 = servesRanges ? (.now, offset) : nil } }

  /// Judges a transfer that has come to `offset` of a file.
  func isTooSlow(at offset: Int64, of size: Int64) -> Bool {
    guard let start = start.withLock(\.self) else { return false }
    let elapsed = (ContinuousClock.now - start.time) / .seconds(1)
    guard elapsed >= Self.patience else { return false }
    return Double(size - offset) * elapsed > Self.acceptableRest * Double(offset - start.offset)
  }
}
