import HubCache
import HubCredentials
import HubModel
import HubTransport
import Synchronization

/// Gets the missing bytes of a content into its partial file, over one connection or, where that is slow, several.
struct ContentTransfer {
  let client: HubClient
  let repository: RepositoryID
  /// Bytes are asked for by commit, never by branch.
  let commit: CommitID
  let file: RepositoryPath
  let options: DownloadOptions
  /// How many connections may be used.
  var connections: Int
  let partial: PartialFile

  /// The same over one connection.
  var overOneConnection: ContentTransfer {
    var transfer = self
    transfer.connections = 1
    return transfer
  }

  /// Receives what is missing; length and hash are for the caller to compare.
  ///
  /// - Throws: `integrity` for a part that is not the one asked for; the hub's refusals; what the network and the disk say.
  ///   What has arrived is kept.
  func run() async throws(HubError) {
    if connections > 1, try partial.hasParts() { return try await receiveParts() }
    do throws(HubError) {
      try await receiveRest()
    } catch  where error.cause is Pace.TooSlow {
      try await receiveParts()
    }
  }

  // MARK: One connection

  /// Asks for what is missing until nothing is: a server may send less than it was asked for.
  private func receiveRest() async throws(HubError) {
    while partial.size == nil || partial.length < partial.size ?? 0 {
      let before = partial.length
      let response = try await exchange(progress: { partial.length }) { () throws(HubError) in
        let offset = partial.length
        let pace = connections > 1 && partial.size ?? 0 > PartialFile.partLength ? Pace() : nil
        let sink = DownloadSink(partial: partial, offset: offset, file: file, options: options, pace: pace)
        return try await download("bytes=\(offset)-", isWhole: offset == 0, into: sink)
      }
      // A whole body ends the file, be it too short; a part may be followed by another if it brought something.
      if response.status != 206 || partial.length == before { return }
    }
  }

  private func download(
    _ range: String, isWhole: Bool = false, into sink: some ByteSink
  ) async throws(HubError) -> HTTPResponse {
    var request = try client.request(.get, .resolve(repository, Revision(commit), path: file), options: options)
    request.headers["Accept-Encoding"] = "identity"
    if !isWhole { request.headers["Range"] = range }
    return try await client.connection.transport().download(request, following: .content, into: sink)
  }

  /// Makes a request as often as it is worth it, and turns a refusal into its error.
  private func exchange(
    progress: () -> Int64, _ attempt: () async throws(HubError) -> HTTPResponse
  ) async throws(HubError) -> HTTPResponse {
    let response = try await client.retrying.run(progress: progress) { _ throws(HubError) in try await attempt() }
    if response.status == 416 {
      throw HubError(.integrity(expected: "bytes from \(partial.length) on", got: "416, no such range"))
    }
    let token = try client.credentials.token(options.token)?.token
    if let error = HubErrorMapping.error(for: response, token: token) { throw error }
    return response
  }

  // MARK: Several connections

  /// Receives the missing bytes in parts, several at once, in their order.
  private func receiveParts() async throws(HubError) {
    try partial.takeParts()
    let queue = PartQueue(try partial.missingParts())
    do {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<connections {
          group.addTask { while let range = queue.next() { try await receive(part: range) } }
        }
        try await group.waitForAll()
      }
    } catch {
      throw error as? HubError ?? HubError(.cancelled, cause: error)
    }
  }

  private func receive(part range: Range<Int64>) async throws(HubError) {
    let part = try partial.part(range)
    while !part.missing.isEmpty {
      let before = part.length
      _ = try await exchange(progress: { part.length }) { () throws(HubError) in
        let missing = part.missing
        let sink = PartSink(part: part, partial: partial, file: file, options: options)
        return try await download("bytes=\(missing.lowerBound)-\(missing.upperBound - 1)", into: sink)
      }
      guard part.length > before else {
        throw HubError(.integrity(expected: "\(part.missing.count) bytes", got: "none"))
      }
    }
    try await offThePool { () throws(HubError) in try partial.takeParts() }
  }
}

/// The parts that nobody has begun yet.
private final class PartQueue: Sendable {
  private let ranges: Mutex<ArraySlice<Range<Int64>>>

  init(_ ranges: [Range<Int64>]) { self.ranges = Mutex(ranges[...]) }

  func next() -> Range<Int64>? { ranges.withLock { $0.popFirst() } }
}
