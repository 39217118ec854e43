import HubCache
import HubModel
import HubTransport
import Synchronization

/// Appends the body of an answer to a partial file, if it is the part that was asked for.
struct DownloadSink: ByteSink {
  /// Where the bytes go.
  let partial: PartialFile
  /// The offset that was asked for.
  let offset: Int64
  /// The file, for those who watch.
  let file: RepositoryPath
  /// Who watches, and how much is wanted.
  let options: DownloadOptions

  /// Compares the announced part with the one asked for.
  ///
  /// A server that ignores the range sends the file from its first byte, which is as good; one that sends another part is
  /// not believed.
  func begin(_ head: HTTPResponseHead, resume: @escaping @Sendable () -> Void) throws(HubError) {
    if let encoding = head.headers["Content-Encoding"], encoding.lowercased() != "identity" {
      throw HubError(
        .protocolViolation("the bytes are compressed ('\(encoding)') though they were asked for as they are"))
    }
    if head.status == 200 {
      if offset > 0 {
        try partial.restart()
        options.progress?(.restarted(file))
      }
      try check(head.contentLength, from: 0)
    } else {
      let range = head.headers["Content-Range"].flatMap(ContentRange.init(header:))
      guard let range, range.bytes.lowerBound == offset,
        range.total == nil || range.total == partial.size ?? range.total
      else {
        let got = head.headers["Content-Range"] ?? "a part that is not named"
        throw HubError(.integrity(expected: "bytes from \(offset) on", got: got))
      }
      try check(head.contentLength, from: offset)
    }
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws(HubError) -> ByteSinkAnswer {
    guard partial.length + Int64(bytes.count) <= options.maximumSize else {
      throw HubError.tooLong(options.maximumSize)
    }
    try partial.append(bytes)
    options.progress?(.received(file, bytes: partial.length))
    return .taken
  }

  /// Refuses a body that is longer than the rest of the file, before its first byte.
  private func check(_ length: Int64?, from offset: Int64) throws(HubError) {
    guard let size = partial.size, let length, length > size - offset else { return }
    throw HubError(.integrity(expected: "\(size) bytes", got: "\(offset + length)"))
  }
}
