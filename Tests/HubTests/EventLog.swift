import Hub
import Synchronization

/// What a download said of itself.
final class EventLog: Sendable {
  private let events = Mutex<[DownloadProgress]>([])

  func append(_ event: DownloadProgress) { events.withLock { $0.append(event) } }

  var all: [DownloadProgress] { events.withLock { $0 } }
}
