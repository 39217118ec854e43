import Hummingbird
import NIOCore

/// The body of an answer while it is made: what is written goes to the client, and the maker waits for the client.
struct StreamWriter {
  private var writer: any ResponseBodyWriter
  private let channel: any Channel
  private let stall: Int64

  /// - Parameter stall: Seconds that the client may take to accept one piece.
  init(_ writer: any ResponseBodyWriter, _ channel: any Channel, stall: Int64) {
    (self.writer, self.channel, self.stall) = (writer, channel, stall)
  }

  /// Sends a piece; a client that does not take it in time is cut off.
  @concurrent mutating func write(_ piece: ByteBuffer) async throws {
    let watchdog = channel.eventLoop.scheduleTask(in: .seconds(stall)) { [channel] in channel.close(promise: nil) }
    defer { watchdog.cancel() }
    try await writer.write(piece)
    // A write only waits for a channel that is known to be full, and the channel learns of this piece when its loop gets
    // to it. Without waiting for that, a busy loop would have piece upon piece handed to it.
    try await channel.eventLoop.submit {}.get()
  }

  @concurrent mutating func finish() async throws { try await writer.finish(nil) }
}
