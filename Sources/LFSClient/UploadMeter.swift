import HubModel
import Synchronization

/// How much of an object is at the storage or on its way: parts may go at once, and may have to be sent again.
final class UploadMeter: Sendable {
  private let object: LFSObject
  private let report: @Sendable (LFSProgress) -> Void
  /// The bytes of each part, by where it begins.
  private let parts = Mutex<[Int64: Int64]>([:])

  /// - Returns: `nil` if nobody wants to know.
  init?(_ object: LFSObject, _ report: (@Sendable (LFSProgress) -> Void)?) {
    guard let report else { return nil }
    (self.object, self.report) = (object, report)
  }

  /// Notes that `count` bytes of the part that begins at `start` have gone.
  func note(_ count: Int64, ofPartAt start: Int64) {
    let total = parts.withLock { parts in
      parts[start] = count
      return parts.values.reduce(0, +)
    }
    report(.sent(object.path, bytes: total))
  }
}
