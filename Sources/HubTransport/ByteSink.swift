public import HubModel

/// What takes the body of a download while it arrives.
///
/// Both functions are called on the transport's thread, one after the other, and every other transfer waits for them:
/// write to memory or a local disk, nothing slower; who may have to wait answers ``ByteSinkAnswer/full``.
public protocol ByteSink: Sendable {
  /// Takes the head of an answer of 200 or 206, before any byte of its body.
  ///
  /// No other status reaches a sink. Here the announced range, length and identity are compared with what was asked.
  ///
  /// - Parameters:
  ///   - head: The status and header fields.
  ///   - resume: Continues the transfer after ``ByteSinkAnswer/full``; may be called from any thread, at any time, any
  ///     number of times.
  /// - Throws: To refuse the answer: the transfer stops and fails with this error.
  func begin(_ head: HTTPResponseHead, resume: @escaping @Sendable () -> Void) throws(HubError)

  /// Takes the next bytes.
  ///
  /// Only the sink bounds how many there are: it throws on the first byte beyond those announced.
  ///
  /// - Parameter bytes: At most 512 KiB, valid during the call.
  /// - Returns: Whether the bytes were taken. After ``ByteSinkAnswer/full`` the same bytes come again once `resume` has
  ///   been called.
  /// - Throws: To stop the transfer, which fails with this error.
  func write(_ bytes: UnsafeRawBufferPointer) throws(HubError) -> ByteSinkAnswer
}

/// Whether a sink took what it was given.
public enum ByteSinkAnswer: Sendable, Hashable {
  /// All of it.
  case taken
  /// Nothing of it; the transfer rests until it is resumed.
  case full
}
