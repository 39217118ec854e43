import HTTPTypes
import HubGit
import HubModel

/// Branches and tags come and go.
extension HubService {
  func branch(_ id: RepositoryID, _ name: String, _ request: HubRequest, _ body: BodyReader) async throws -> Reply {
    _ = try await reading(id, request) { _, _ in try writer(of: id, request) }
    switch request.method {
    case .post:
      let wish: BranchRequest? = try await optional(body, form: #"{"startingPoint": "main"}"#)
      return try await makeBranch(id, name, wish ?? BranchRequest(startingPoint: nil), request)
    case .delete:
      return try await remove("refs/heads/" + name, of: id, request) { repository throws(HubError) in
        try repository.headReference()
      }
    default: throw Refusal.wrongMethod(allowed: "POST, DELETE")
    }
  }

  /// The body, which may be empty.
  private func optional<Value: Decodable>(_ body: BodyReader, form: String) async throws -> Value? {
    let bytes = try await body.bytes(limit: limits.body)
    return bytes.isEmpty ? nil : try parse(bytes, form: form)
  }

  private func makeBranch(
    _ id: RepositoryID, _ name: String, _ wish: BranchRequest, _ request: HubRequest
  ) async throws -> Reply {
    guard Self.isBranchName(name) else {
      throw Refusal.badRequest("Invalid reference for a branch: \(printable(name, limit: 100))")
    }
    return try await writing(id, request) { repository, _, account in
      let reference = "refs/heads/" + name
      let old = try repository.commit(ofReference: reference)
      if old != nil, wish.overwrite != true { throw Refusal(.conflict, "Reference already exists: \(reference)") }
      try Self.checkRoom(for: reference, repository)
      let start = try self.start(wish, repository, account, request)
      try repository.setReference(reference, to: start, expecting: old.map(ExpectedReference.commit) ?? .absent)
      return try Reply(json: ["ref": reference, "targetCommit": start.hex])
    }
  }

  private func start(
    _ wish: BranchRequest, _ repository: borrowing GitRepository, _ account: Account, _ request: HubRequest
  ) throws -> CommitID {
    if wish.emptyBranch == true {
      return try repository.addCommit(
        try repository.tree(of: nil), parents: [], message: "Initial commit", author: signature(of: account, request))
    }
    if let point = wish.startingPoint { return try repository.commit(of: try Revision(point)) }
    guard let head = try repository.head() else { throw Refusal.noRevision(.main) }
    return head
  }

  func tag(_ id: RepositoryID, _ name: String, _ request: HubRequest, _ body: BodyReader) async throws -> Reply {
    _ = try await reading(id, request) { _, _ in try writer(of: id, request) }
    switch request.method {
    case .post:
      return try await makeTag(id, name, try await decoded(body, form: #"{"tag": "v1", "message": "words"}"#), request)
    case .delete: return try await remove("refs/tags/" + name, of: id, request) { _ in nil }
    default: throw Refusal.wrongMethod(allowed: "POST, DELETE")
    }
  }

  private func makeTag(
    _ id: RepositoryID, _ revision: String, _ wish: TagRequest, _ request: HubRequest
  ) async throws -> Reply {
    guard Self.isBranchName(wish.tag) else {
      throw Refusal.badRequest("Invalid tag name: \(printable(wish.tag, limit: 100))")
    }
    return try await writing(id, request) { repository, _, account in
      let reference = "refs/tags/" + wish.tag
      let commit = try repository.commit(of: try Revision(revision))
      guard try repository.commit(ofReference: reference) == nil else {
        throw Refusal(.conflict, "Tag \(wish.tag) already exists")
      }
      try Self.checkRoom(for: reference, repository)
      if let message = wish.message, !message.isEmpty {
        try repository.addTag(wish.tag, to: commit, message: message, author: signature(of: account, request))
      } else {
        try repository.setReference(reference, to: commit, expecting: .absent)
      }
      return try Reply(json: ["ref": reference, "targetCommit": commit.hex])
    }
  }

  /// Deletes a ref, unless it is the one that `kept` answers.
  private func remove(
    _ reference: String, of id: RepositoryID, _ request: HubRequest,
    unless kept: @escaping @Sendable (borrowing GitRepository) throws(HubError) -> String?
  ) async throws -> Reply {
    try await writing(id, request) { repository, _, _ in
      guard try kept(repository) != reference else { throw Refusal(.forbidden, "Cannot delete \(reference)") }
      guard let commit = try repository.commit(ofReference: reference) else {
        throw Refusal(
          .notFound, "Reference does not exist: \(printable(reference, limit: 300))", code: "RevisionNotFound")
      }
      try repository.removeReference(reference, expecting: commit)
      return try Reply(json: ["status": "ok"])
    }
  }

  /// Whether git, and people, would take `name` for a branch or a tag, and for nothing else.
  private static func isBranchName(_ name: String) -> Bool {
    guard let revision = try? Revision(name) else { return false }  // absence: the answer
    return revision.commit == nil && name != "HEAD" && !name.beginsWithBytes("refs/") && !name.beginsWithBytes("-")
  }

  /// Refs are files: where there is `a`, there cannot be `a/b`.
  private static func checkRoom(for reference: String, _ repository: borrowing GitRepository) throws {
    let other = try repository.references().first {
      $0.name.beginsWithBytes(reference + "/") || reference.beginsWithBytes($0.name + "/")
    }
    if let other { throw Refusal(.conflict, "\(reference) cannot be beside \(other.name)") }
  }
}
