import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

/// Reads the body of one request, and sees to it that one that nobody reads has an end.
final class BodyReader: Sendable {
  private let request: Request
  private let channel: any Channel
  private let seconds: Int64
  private let isComplete: Atomic<Bool>

  /// - Parameter seconds: How long the whole body may take.
  init(_ request: Request, _ channel: any Channel, seconds: Int64) {
    (self.request, self.channel, self.seconds) = (request, channel, seconds)
    let isEmpty = request.headers[.transferEncoding] == nil && ["0", nil].contains(request.headers[.contentLength])
    isComplete = Atomic(isEmpty)
  }

  /// Whether the client may still be sending.
  var isPending: Bool { !isComplete.load(ordering: .relaxed) }

  /// The body, all in memory.
  ///
  /// - Throws: ``Refusal`` if it is longer than `limit`, ``ConnectionFailure`` if it does not come to its end.
  func bytes(limit: Int) async throws -> [UInt8] {
    let watchdog = close(after: seconds)
    defer { watchdog.cancel() }
    do {
      let body = try await request.body.collect(upTo: limit)
      isComplete.store(true, ordering: .relaxed)
      return [UInt8](buffer: body)
    } catch is NIOTooManyBytesError {
      throw Refusal(.contentTooLarge, "The body is longer than \(limit) bytes")
    } catch {
      throw ConnectionFailure(cause: error)
    }
  }

  /// Closes the connection shortly: what comes before is skipped, so that the client reads the answer.
  func endSoon() { _ = close(after: 2) }

  private func close(after seconds: Int64) -> Scheduled<Void> {
    channel.eventLoop.scheduleTask(in: .seconds(seconds)) { [channel] in channel.close(promise: nil) }
  }
}

/// A request that could not be read to its end: nobody is there to be answered, or nobody can say where it ends.
struct ConnectionFailure: Error {
  let cause: any Error
}
