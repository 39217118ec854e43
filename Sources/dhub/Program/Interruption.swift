import Dispatch
import Foundation
import Synchronization

/// SIGINT and SIGTERM, turned into the cancellation of what is being done.
///
/// The first signal cancels; the program then ends in order, with what has arrived kept. A second one ends it at once.
final class Interruption: Sendable {
  private let received = Mutex<Int32?>(nil)

  /// Watches for the signals until the process ends, but for those that its parent wants ignored (`nohup`).
  ///
  /// - Parameter cancel: Called with the first signal, on a thread of its own.
  init(cancel: @escaping @Sendable () -> Void) {
    for number in [SIGINT, SIGTERM] {
      // SIG_IGN is the address 1, and C functions cannot be compared otherwise.
      guard unsafeBitCast(signal(number, SIG_IGN), to: Int.self) != 1 else { continue }
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global(qos: .userInitiated))
      // The handler holds its source, so that it lives as long as the process.
      source.setEventHandler { [source] in
        withExtendedLifetime(source) { self.receive(number, cancel) }
      }
      source.resume()
    }
  }

  /// How the program ends if it was interrupted.
  var status: ExitStatus? { received.withLock(\.self).map { $0 == SIGINT ? .interrupted : .terminated } }

  private func receive(_ number: Int32, _ cancel: () -> Void) {
    let isFirst = received.withLock { received in
      defer { received = received ?? number }
      return received == nil
    }
    guard isFirst else { _exit(128 + number) }
    cancel()
  }
}
