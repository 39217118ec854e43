import HubGit
import HubModel
import NIOCore

extension BodyReader {
  /// Hands the body to `sink` in larger pieces, one after the other, on a thread where it may wait for the disk.
  ///
  /// The client waits while the sink does; in memory is one piece.
  ///
  /// - Throws: As ``forEach(limit:_:)``; what the sink throws.
  func drain(
    limit: Int64, into sink: @escaping @Sendable (UnsafeRawBufferPointer) throws(HubError) -> Void
  ) async throws {
    var pending = ByteBuffer()
    try await forEach(limit: limit) { piece in
      pending.writeImmutableBuffer(piece)
      guard pending.readableBytes >= Self.drained else { return }
      try await Self.hand(pending, to: sink)
      pending.clear()
    }
    try await Self.hand(pending, to: sink)
  }

  /// Fewer changes of thread cost less; more bytes would cost memory for every client.
  private static var drained: Int { 256 << 10 }

  private static func hand(
    _ bytes: ByteBuffer, to sink: @escaping @Sendable (UnsafeRawBufferPointer) throws(HubError) -> Void
  ) async throws(HubError) {
    guard bytes.readableBytes > 0 else { return }
    try await GitThreads.run { () throws(HubError) in
      let result: Result<Void, HubError> = bytes.withUnsafeReadableBytes { bytes in
        Result { () throws(HubError) in try sink(bytes) }
      }
      try result.get()
    }
  }
}
