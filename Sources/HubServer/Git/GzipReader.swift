internal import CZlib
import HubModel
import Synchronization

/// Undoes gzip (RFC 1952) piece by piece, up to a length: what inflates to more is a bomb.
final class GzipReader: Sendable {
  /// zlib's record; it is only ever touched with the lock held.
  private struct State: ~Copyable {
    let stream: UnsafeMutablePointer<z_stream>
    var count: Int64 = 0
    var isComplete = false

    init() {
      stream = .allocate(capacity: 1)
      stream.initialize(to: z_stream())
    }

    deinit {
      inflateEnd(stream)
      stream.deallocate()
    }
  }

  private let state: Mutex<State>
  private let limit: Int64

  /// - Parameter limit: The most bytes that may come out.
  init(limit: Int64) throws(HubError) {
    let state = State()
    guard inflate_init_gzip(state.stream) == Z_OK else { throw HubError(.limitExceeded("no memory to inflate with")) }
    self.state = Mutex(state)
    self.limit = limit
  }

  /// Hands `sink` what `bytes` inflate to.
  ///
  /// - Throws: `invalidArgument` for what is not gzip, `limitExceeded`, what `sink` throws.
  func append(
    _ bytes: UnsafeRawBufferPointer, into sink: (UnsafeRawBufferPointer) throws(HubError) -> Void
  ) throws(HubError) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.room, alignment: 16)
    defer { buffer.deallocate() }
    var rest = bytes
    while true {
      let (taken, made) = try step(UInt(bitPattern: rest.baseAddress), rest.count, UInt(bitPattern: buffer.baseAddress))
      if made > 0 { try sink(UnsafeRawBufferPointer(rebasing: buffer[..<made])) }
      rest = UnsafeRawBufferPointer(rebasing: rest[taken...])
      // Room that was left means that nothing more can be made of what there is.
      guard made == Self.room || !rest.isEmpty else { return }
    }
  }

  private static var room: Int { 64 << 10 }

  /// Inflates from one address to another, both good for the length of the call alone.
  private func step(_ input: UInt, _ count: Int, _ output: UInt) throws(HubError) -> (taken: Int, made: Int) {
    try state.withLock { state throws(HubError) in
      guard !state.isComplete || count == 0 else { throw Self.malformed }
      state.stream.pointee.next_in = UnsafeMutablePointer(bitPattern: input)
      state.stream.pointee.avail_in = UInt32(count)
      state.stream.pointee.next_out = UnsafeMutablePointer(bitPattern: output)
      state.stream.pointee.avail_out = UInt32(Self.room)
      let result = inflate(state.stream, Z_NO_FLUSH)
      // No progress is none: a full buffer was the last of it.
      guard result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR else { throw Self.malformed }
      state.isComplete = state.isComplete || result == Z_STREAM_END
      let made = Self.room - Int(state.stream.pointee.avail_out)
      state.count += Int64(made)
      guard state.count <= limit else { throw HubError(.limitExceeded("a body of more than \(limit) bytes")) }
      return (count - Int(state.stream.pointee.avail_in), made)
    }
  }

  /// Whether the end of the stream has been seen.
  var isComplete: Bool { state.withLock { $0.isComplete } }

  private static var malformed: HubError {
    HubError(.invalidArgument(name: "body", value: nil, reason: "it is not in gzip, as its header says"))
  }
}
