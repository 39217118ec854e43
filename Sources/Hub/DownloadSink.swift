import HubCache
import HubModel
import HubTransport

/// Appends the body of an answer to a partial file, if it begins where the file ends.
struct DownloadSink: ByteSink {
  /// Where the bytes go.
  let partial: PartialFile
  /// The offset that was asked for.
  let offset: Int64
  /// The file, for those who watch.
  let file: RepositoryPath
  /// Who watches, and how much is wanted.
  let options: DownloadOptions
  /// Stops the transfer where several connections would be faster, if there may be several.
  let pace: Pace?

  /// Compares the announced part with the one asked for.
  ///
  /// A server that ignores the range sends the file from its first byte, which is as good; one that sends another part is
  /// not believed.
  func begin(_ head: HTTPResponseHead, resume: @escaping @Sendable () -> Void) throws(HubError) {
    try head.refuseCompression()
    if head.status == 200 {
      if offset > 0 {
        try partial.restart()
        options.progress?(.restarted(file))
      }
      try check(head.contentLength, from: 0)
    } else {
      try head.checkRange(from: offset, of: partial.size)
      try check(head.contentLength, from: offset)
    }
    pace?.begin(servesRanges: head.status == 206 || head.headers["Accept-Ranges"] == "bytes", at: partial.length)
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws(HubError) -> ByteSinkAnswer {
    guard partial.length + Int64(bytes.count) <= options.maximumSize else {
      throw HubError.tooLong(options.maximumSize)
    }
    try partial.append(bytes)
    options.progress?(.received(file, bytes: partial.length))
    if let pace, let size = partial.size, pace.isTooSlow(at: partial.length, of: size) { throw Pace.tooSlow }
    return .taken
  }

  /// Refuses a body that is longer than the rest of the file, before its first byte.
  private func check(_ length: Int64?, from offset: Int64) throws(HubError) {
    guard let size = partial.size, let length, length > size - offset else { return }
    throw HubError(.integrity(expected: "\(size) bytes", got: "\(offset + length)"))
  }
}

/// Appends the body of an answer to a part of a file, if it is exactly what the part lacks.
struct PartSink: ByteSink {
  let part: ContentPart
  let partial: PartialFile
  let file: RepositoryPath
  let options: DownloadOptions

  func begin(_ head: HTTPResponseHead, resume: @escaping @Sendable () -> Void) throws(HubError) {
    try head.refuseCompression()
    try head.checkRange(from: part.missing.lowerBound, of: partial.size)
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws(HubError) -> ByteSinkAnswer {
    try part.append(bytes)
    options.progress?(.received(file, bytes: partial.received))
    return .taken
  }
}

extension HTTPResponseHead {
  /// Refuses a body in another form than the one that its length and hash are announced of.
  func refuseCompression() throws(HubError) {
    guard let encoding = headers["Content-Encoding"], encoding.lowercased() != "identity" else { return }
    throw HubError(
      .protocolViolation("the bytes are compressed ('\(encoding)') though they were asked for as they are"))
  }

  /// Refuses a part that does not begin at `offset`, or is one of a file of another length.
  func checkRange(from offset: Int64, of size: Int64?) throws(HubError) {
    let header = headers["Content-Range"]
    let range = header.flatMap(ContentRange.init(header:))
    if let range, range.bytes.lowerBound == offset, range.total == nil || range.total == size ?? range.total { return }
    throw HubError(.integrity(expected: "bytes from \(offset) on", got: header ?? "a part that is not named"))
  }
}
