import Foundation
import HubGit
import HubModel
import HubTransport
import Synchronization

/// Takes the answer to `fetch` while it arrives, and writes the pack in it to a file.
final class PackSink: ByteSink {
  private struct State {
    var reader = PacketReader()
    var answer = FetchAnswer()
    var written: Int64 = 0
  }

  private let file: OutputFile
  private let limit: Int64
  private let progress: @Sendable (GitProgress) -> Void
  private let state = Mutex(State())

  /// - Parameters:
  ///   - path: The file, which is made.
  ///   - limit: The longest pack to accept, in bytes.
  init(path: String, limit: Int64, progress: @escaping @Sendable (GitProgress) -> Void) throws(HubError) {
    (file, self.limit, self.progress) = (try OutputFile(path), limit, progress)
  }

  /// Begins anew: a request that is sent again has a new answer.
  func begin(_ head: HTTPResponseHead, resume: @escaping @Sendable () -> Void) throws(HubError) {
    try GitServer.check(head, .uploadPack, "result")
    try file.empty()
    state.withLock { $0 = State() }
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws(HubError) -> ByteSinkAnswer {
    let written = try state.withLock { state throws(HubError) in
      state.reader.append(bytes)
      while let line = try state.reader.next() { try take(state.answer.take(line), &state.written) }
      return state.written
    }
    progress(.fetched(bytes: written))
    return .taken
  }

  private func take(_ part: FetchAnswer.Part, _ written: inout Int64) throws(HubError) {
    switch part {
    case .none: return
    case .message(let text): progress(.message(text))
    case .pack(let bytes):
      written += Int64(bytes.count)
      guard written <= limit else { throw HubError(.limitExceeded("a pack of more than \(limit) bytes")) }
      try file.write(bytes)
    }
  }

  /// Checks that the answer came to its end.
  func finish() throws(HubError) {
    let isComplete = state.withLock { $0.answer.isComplete && $0.reader.isAtEnd }
    guard isComplete else { throw HubError(.protocolViolation("an answer to 'fetch' that is cut short")) }
  }
}

/// A file that is written from its beginning, closed with its owner.
final class OutputFile: Sendable {
  let path: String
  let descriptor: Int32

  /// Makes the file, for our eyes alone.
  ///
  /// - Throws: `system` with what open(2) says.
  init(_ path: String) throws(HubError) {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw HubError(.system(call: "open", path: path, errno: errno)) }
  }

  deinit { close(descriptor) }

  func empty() throws(HubError) {
    guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else {
      throw HubError(.system(call: "ftruncate", path: path, errno: errno))
    }
  }

  func write(_ bytes: some Collection<UInt8>) throws(HubError) {
    let result = bytes.withContiguousStorageIfAvailable { buffer in
      Result { () throws(HubError) in try writeAll(UnsafeRawBufferPointer(buffer), to: descriptor, path) }
    }
    guard let result else { return try write(Array(bytes)) }
    try result.get()
  }
}
