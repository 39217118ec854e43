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
    try checkLength(limit)
    let watchdog = close(after: seconds)
    defer { watchdog.cancel() }
    do {
      let body = try await request.body.collect(upTo: limit)
      isComplete.store(true, ordering: .relaxed)
      return [UInt8](buffer: body)
    } catch is NIOTooManyBytesError {
      throw tooLong(limit)
    } catch {
      throw ConnectionFailure(cause: error)
    }
  }

  /// The body, piece by piece as it arrives; the client waits while `take` does.
  ///
  /// A client that sends less than 64 KiB in the time that a whole body may take is cut off.
  ///
  /// - Throws: ``Refusal`` if it is longer than `limit`, ``ConnectionFailure`` if it does not come to its end, what
  ///   `take` throws.
  func forEach(limit: Int64 = .max, _ take: (ByteBuffer) async throws -> Void) async throws {
    try checkLength(limit)
    var (count, counted): (Int64, Int64) = (0, 0)
    var watchdog = close(after: seconds)
    defer { watchdog.cancel() }
    var failure: (any Error)?
    do {
      for try await piece in request.body {
        count += Int64(piece.readableBytes)
        do {
          guard count <= limit else { throw tooLong(limit) }
          try await take(piece)
        } catch {
          failure = error
          break
        }
        if count - counted >= 64 << 10 {
          counted = count
          watchdog.cancel()
          watchdog = close(after: seconds)
        }
      }
    } catch {
      throw ConnectionFailure(cause: error)
    }
    if let failure { throw failure }
    isComplete.store(true, ordering: .relaxed)
  }

  /// Refuses a body that is too long by its own account, before it is sent.
  private func checkLength(_ limit: some BinaryInteger) throws(Refusal) {
    if let length = request.headers[.contentLength].flatMap({ Int64($0) }), length > limit { throw tooLong(limit) }
  }

  private func tooLong(_ limit: some BinaryInteger) -> Refusal {
    Refusal(.contentTooLarge, "The body is longer than \(limit) bytes")
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
