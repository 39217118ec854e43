import HTTPTypes
import HubGit
import HubModel

/// The storage that ``HubService/batch(_:_:_:)`` names. Its URLs carry their right in the signature.
extension HubService {
  /// The bytes of an object, or a range of them.
  func object(_ id: RepositoryID, _ oid: String, _ request: HubRequest) async throws -> Reply {
    let pointer = try pointer(.lfs(id, .object(oid: oid)), oid, request)
    let path = repositories.path(of: id)
    let file = try await GitThreads.run { () throws(HubError) in
      _ = try repositories.open(id)
      return try stored(pointer, for: path).map { path throws(HubError) in try ServedFile(path: path) }
    }
    guard let file else { throw Refusal(.notFound, "The repository has no such object") }
    var headers: HTTPFields = [
      .eTag: "\"\(oid)\"", .acceptRanges: "bytes", .contentType: "application/octet-stream",
      .xContentTypeOptions: "nosniff", .cacheControl: "private, no-cache",
    ]
    var conditions = request.headers
    if request.isHead { conditions[.range] = nil }
    switch ByteRanges(conditions, etag: pointer.etag, size: pointer.size) {
    case .notModified: return Reply(.notModified, headers: headers, body: .omitted(pointer.size))
    case .unsatisfiable:
      headers[.contentRange] = "bytes */\(pointer.size)"
      throw Refusal(.rangeNotSatisfiable, "The object has \(pointer.size) bytes", headers: headers)
    case .whole: return Reply(headers: headers, body: .file(file, 0..<pointer.size))
    case .part(let range):
      headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(pointer.size)"
      return Reply(.partialContent, headers: headers, body: .file(file, range))
    }
  }

  /// Stores an object that arrives in one piece.
  func receive(_ id: RepositoryID, _ oid: String, _ request: HubRequest, _ body: BodyReader) async throws -> Reply {
    let pointer = try pointer(.lfs(id, .object(oid: oid)), oid, request)
    let incoming = try await incoming(id, body, limit: pointer.size)
    try await GitThreads.run { () throws(HubError) in
      try repositories.objects.add(incoming, as: pointer)
      try recognize(pointer, in: id)
    }
    return Reply()
  }

  /// Keeps a part of an object until all have arrived.
  func receive(
    _ id: RepositoryID, _ oid: String, part number: Int, _ request: HubRequest, _ body: BodyReader
  ) async throws -> Reply {
    // The length granted is that of the part.
    let part = try pointer(.lfs(id, .part(oid: oid, number: number)), oid, request)
    let incoming = try await incoming(id, body, limit: part.size)
    guard incoming.count == part.size else {
      throw Refusal(.unprocessableContent, "The part has \(part.size) bytes; \(incoming.count) have arrived")
    }
    let path = repositories.path(of: id)
    let digest = try await GitThreads.run { () throws(HubError) in
      try repositories.objects.add(incoming, asPart: number, of: part, for: path)
    }
    return Reply(headers: [.eTag: "\"\(digest)\""])
  }

  /// Makes an object of its parts; one that has been made is not made again.
  func complete(
    _ id: RepositoryID, _ oid: String, _ request: HubRequest, _ message: LFSCompletion
  ) async throws -> Reply {
    let pointer = try pointer(.lfs(id, .completion(oid: oid)), oid, request)
    let count = message.parts.count
    guard message.oid == oid, (1...10_000).contains(count),
      message.parts.map(\.partNumber).sorted().elementsEqual(1...count)
    else { throw Refusal(.unprocessableContent, "The message does not name the parts of the object from 1 on") }
    let path = repositories.path(of: id)
    try await GitThreads.run { () throws(HubError) in
      if LFSKnown(repositoryAt: path).contains(oid), try stored(pointer, for: path) != nil { return }
      try repositories.objects.assemble(pointer, parts: count, for: path)
      // Before the parts go: at every moment one or the other says that nothing need be sent again.
      try recognize(pointer, in: id)
      repositories.objects.removeParts(of: pointer, for: path)
    }
    return try Reply(lfs: ["status": "ok"])
  }

  /// Whether an object has arrived: for whoever has a signed URL, or may write.
  func verify(_ id: RepositoryID, _ request: HubRequest, _ object: LFSBatchRequest.Object) async throws -> Reply {
    if signer.grant(request, .lfs(id, .verification))
      != URLSigner.Grant(oid: object.oid, size: object.size)
    {
      try await writing(id, request) { _, _, _ in }
    }
    guard let pointer = LFSPointer(oid: object.oid, size: object.size) else {
      throw Refusal(.unprocessableContent, "An object is named by 64 lowercase hexadecimal digits and a length")
    }
    let path = repositories.path(of: id)
    try await GitThreads.run {
      guard LFSKnown(repositoryAt: path).contains(object.oid) else {
        throw Refusal(.notFound, "The object has not arrived")
      }
      // A length that is not the object's is an integrity error, which is refused as such.
      guard try stored(pointer, for: path) != nil else { throw Refusal(.notFound, "The object has not arrived") }
    }
    return try Reply(lfs: object)
  }

  /// Lets a repository name an object that it was sent, unless the repository went away meanwhile.
  private func recognize(_ pointer: LFSPointer, in id: RepositoryID) throws(HubError) {
    let repository = try repositories.open(id)
    try LFSKnown(repositoryAt: repository.path).add(pointer.oid)
  }

  /// The object, and the length, that the signature of `request` is for.
  private func pointer(_ route: Route, _ oid: String, _ request: HubRequest) throws(Refusal) -> LFSPointer {
    guard let grant = signer.grant(request, route), grant.oid == oid,
      let pointer = LFSPointer(oid: oid, size: grant.size)
    else { throw Refusal(.forbidden, "The address is not one that this hub has signed, or its time is over") }
    return pointer
  }

  /// What the body of a request holds, on the disk.
  private func incoming(_ id: RepositoryID, _ body: BodyReader, limit: Int64) async throws -> LFSIncoming {
    let incoming = try await GitThreads.run { () throws(HubError) in
      // Its repository may have gone since the URL was signed.
      _ = try repositories.open(id)
      return try LFSIncoming(in: repositories.objects)
    }
    try await body.drain(limit: limit) { bytes throws(HubError) in try incoming.append(bytes) }
    return incoming
  }
}
