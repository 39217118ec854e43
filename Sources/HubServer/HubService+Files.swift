import HTTPTypes
import HubGit
import HubModel

/// A file of a commit, found but not yet read.
private struct LocatedFile: Sendable {
  enum Source: Sendable {
    /// An object of LFS, in this file.
    case object(path: String)
    case blob(GitObjectID)
  }

  let commit: CommitID
  let etag: ETag
  let size: Int64
  let source: Source
}

extension HubService {
  /// A longer blob is inflated into a file before it is sent.
  private static var blobInMemory: Int64 { 1 << 20 }

  /// A file's bytes, or what HEAD says of them: the announcement in the header fields is the same on both.
  ///
  /// - Parameter isRaw: Whether to answer the blob as git stores it, a pointer for a file in LFS.
  func file(
    _ id: RepositoryID, _ revision: Revision, _ path: RepositoryPath, isRaw: Bool, _ request: HubRequest
  ) async throws -> Reply {
    let file = try await locate(id, revision, path, isRaw: isRaw, request)
    var headers = Self.announcement(of: file, path)
    if request.query.isTrue("download") { headers[.contentDisposition] = Self.attachment(path.lastComponent) }
    // A range is part of GET alone (RFC 9110, section 14.2).
    var conditions = request.headers
    if request.isHead { conditions[.range] = nil }
    switch ByteRanges(conditions, etag: file.etag, size: file.size) {
    case .notModified: return Reply(.notModified, headers: headers, body: .omitted(file.size))
    case .unsatisfiable:
      headers[.contentRange] = "bytes */\(file.size)"
      throw Refusal(.rangeNotSatisfiable, "The file has \(file.size) bytes", headers: headers)
    case .whole: return Reply(headers: headers, body: try await body(file, 0..<file.size, id, request))
    case .part(let range):
      headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(file.size)"
      return Reply(.partialContent, headers: headers, body: try await body(file, range, id, request))
    }
  }

  private func locate(
    _ id: RepositoryID, _ revision: Revision, _ path: RepositoryPath, isRaw: Bool, _ request: HubRequest
  ) async throws -> LocatedFile {
    try await reading(id, request, needsContent: true) { repository, _ in
      let commit = try repository.commit(of: revision)
      guard let entry = try repository.entry(at: path, in: commit, limits: limits.tree),
        let content = try repository.contents(of: [entry])[0]
      else { throw Refusal.noEntry(in: commit) }
      guard !isRaw, let pointer = content.pointer else {
        return LocatedFile(commit: commit, etag: entry.id.etag, size: content.blobSize, source: .blob(entry.id))
      }
      guard let object = try repositories.objects.including(repositoryAt: repository.path).file(of: pointer) else {
        throw HubError(
          .repository(reason: "object \(pointer.oid) is in no LFS storage"),
          context: HubError.Context(repository: id, revision: revision, file: path.text))
      }
      return LocatedFile(commit: commit, etag: pointer.etag, size: pointer.size, source: .object(path: object))
    }
  }

  /// The bytes `range` of `file`, none of them read into memory yet unless they are few.
  private func body(
    _ file: LocatedFile, _ range: Range<Int64>, _ id: RepositoryID, _ request: HubRequest
  ) async throws -> Reply.Body {
    if request.isHead { return .omitted(Int64(range.count)) }
    switch file.source {
    case .object(let path): return .file(try await GitThreads.run { try ServedFile(path: path) }, range)
    case .blob(let blob) where file.size <= Self.blobInMemory:
      let bytes = try await reading(id, request) { repository, _ in
        try repository.bytes(of: blob, limit: Int(Self.blobInMemory))
      }
      return .bytes(Array(bytes[Int(range.lowerBound)..<Int(range.upperBound)]))
    case .blob(let blob):
      let spooled = try await reading(id, request, lane: .alone) { repository, _ in
        try spool.file(of: blob, in: repository, limit: limits.packedBlob)
      }
      return .file(spooled, range)
    }
  }

  /// What clients of the hub read before they fetch (protocol reference, section 2.2).
  private static func announcement(of file: LocatedFile, _ path: RepositoryPath) -> HTTPFields {
    var headers: HTTPFields = [
      .eTag: "\"\(file.etag.hex)\"", .repoCommit: file.commit.hex, .acceptRanges: "bytes",
      .contentType: contentType(path), .xContentTypeOptions: "nosniff", .cacheControl: "private, no-cache",
      .contentSecurityPolicy: "default-src 'none'; sandbox",
    ]
    if case .sha256 = file.etag {
      headers[.linkedETag] = "\"\(file.etag.hex)\""
      headers[.linkedSize] = "\(file.size)"
    }
    return headers
  }

  /// Text for what a browser may show as text, and bytes for the rest: never anything that a browser would run.
  private static func contentType(_ path: RepositoryPath) -> String {
    let suffix = path.lastComponent.split(separator: ".").last.map { $0.lowercased() } ?? ""
    return textSuffixes.contains(suffix) ? "text/plain; charset=utf-8" : "application/octet-stream"
  }

  private static let textSuffixes: Set<String> = [
    "json", "jsonl", "txt", "md", "py", "yaml", "yml", "toml", "ini", "csv", "tsv", "xml", "html", "htm", "svg", "js",
    "css", "gitattributes", "gitignore", "sh", "swift", "license", "readme",
  ]

  /// `Content-Disposition` for any name (RFC 6266 with RFC 8187's encoding).
  private static func attachment(_ name: String) -> String {
    "attachment; filename*=UTF-8''\(PercentEncoding.encode(name))"
  }
}
