import HTTPTypes
import HubGit
import HubModel

/// Repositories come, go, and change their names and marks.
extension HubService {
  func repositories(
    _ verb: Route.RepositoryVerb, _ request: HubRequest, _ body: BodyReader
  ) async throws -> Reply {
    switch verb {
    case .create:
      try require(.post, request)
      return try await create(request, try await named(body), body)
    case .delete:
      try require(.delete, request)
      return try await delete(request, try await named(body))
    case .move:
      try require(.post, request)
      let form = #"{"fromRepo": "owner/old", "toRepo": "owner/new", "type": "model"}"#
      return try await move(request, try await decoded(body, form: form))
    }
  }

  // Inlined into its callers, it crashes the optimiser of Swift 6.3.1, while it splits the coroutine.
  @inline(never)
  private func named(_ body: BodyReader) async throws -> RepositoryRequest {
    try await decoded(body, form: #"{"name": "model", "organization": "owner", "type": "model"}"#)
  }

  /// Names that would be taken for parts of an address.
  private static let reserved: Set<String> = ["api", "datasets", "health", "models", "spaces"]

  private static func kind(_ type: String?) throws(Refusal) -> RepositoryID.Kind {
    guard let type else { return .model }
    guard let kind = RepositoryID.Kind(rawValue: type) else {
      throw Refusal.badRequest("There are no repositories of the type '\(printable(type, limit: 40))'")
    }
    return kind
  }

  /// The repository that a request is about; one without an owner is the caller's.
  private static func id(
    _ name: String, _ owner: String?, _ kind: RepositoryID.Kind, _ account: Account
  ) throws(HubError) -> RepositoryID {
    let isComplete = owner == nil && name.utf8.contains(UInt8(ascii: "/"))
    return try RepositoryID(isComplete ? name : "\(owner ?? account.user)/\(name)", kind: kind)
  }

  /// Refuses a name that the caller may not give a repository.
  private func checkNew(_ id: RepositoryID, _ account: Account) throws(Refusal) {
    guard let owner = id.owner, !Self.reserved.contains(owner) else {
      throw Refusal.badRequest(
        "A repository needs an owner, which cannot be one of \(Self.reserved.sorted().joined(separator: ", "))")
    }
    guard account.mayWrite(to: id) else {
      throw Refusal(
        .forbidden, "You don't have the rights to create a \(id.kind.rawValue) under the namespace \"\(owner)\"")
    }
  }

  private func create(_ request: HubRequest, _ wish: RepositoryRequest, _ body: BodyReader) async throws -> Reply {
    let account = try participant(request)
    let id = try Self.id(wish.name, wish.organization, try Self.kind(wish.type), account)
    try checkNew(id, account)
    let url = "\(request.endpoint)/\(id.pagePath)"
    let isPrivate = wish.isPrivate ?? false
    do {
      try await locks.locked(repositories.path(of: id)) {
        try await GitThreads.run { () throws(HubError) in
          try repositories.create(id) { repository throws(HubError) in
            try Self.begin(repository, id.kind, isPrivate: isPrivate)
          }
        }
      }
    } catch let error as HubError where error.code == .conflict {
      let answer = RepositoryAnswer(
        url: url, name: id.name, id: id.name, error: "You already created this \(id.kind.rawValue) repo")
      return try Reply(json: answer, status: .conflict, headers: [.errorMessage: answer.error ?? ""])
    }
    return try Reply(json: RepositoryAnswer(url: url, name: id.name, id: id.name))
  }

  /// What a new repository holds.
  private static func begin(
    _ repository: borrowing GitRepository, _ kind: RepositoryID.Kind, isPrivate: Bool
  ) throws(HubError) {
    if isPrivate { try repository.set("hub.private", to: "true") }
    // The records of discussions are the hub's own: git neither shows nor changes them.
    try repository.set("transfer.hideRefs", to: "refs/hub")
    try repository.commit(
      [try RepositoryPath(".gitattributes"): .file(Array(DefaultAttributes.text(kind).utf8))],
      message: "initial commit",
      author: GitSignature(name: "system", email: "system@localhost"))
  }

  private func delete(_ request: HubRequest, _ wish: RepositoryRequest) async throws -> Reply {
    let account = try participant(request)
    let id = try Self.id(wish.name, wish.organization, try Self.kind(wish.type), account)
    try await administering(id, request) { _ in try repositories.remove(id) }
    return try Reply(json: ["status": "ok"])
  }

  private func move(_ request: HubRequest, _ wish: MoveRequest) async throws -> Reply {
    let account = try participant(request)
    let kind = try Self.kind(wish.type)
    let (id, other) = (try RepositoryID(wish.fromRepo, kind: kind), try RepositoryID(wish.toRepo, kind: kind))
    try checkNew(other, account)
    do {
      try await administering(id, request) { _ in try repositories.move(id, to: other) }
    } catch let error as HubError where error.code == .conflict {
      throw Refusal(.conflict, "There is a \(kind.rawValue) \(other.name) already")
    }
    return try Reply(
      json: RepositoryAnswer(url: "\(request.endpoint)/\(other.pagePath)", name: other.name, id: other.name))
  }

  /// Lets `work` decide about the repository as a whole, if the caller may.
  private func administering<Value: Sendable>(
    _ id: RepositoryID, _ request: HubRequest, _ work: @escaping @Sendable (borrowing GitRepository) throws -> Value
  ) async throws -> Value {
    try await writing(id, request) { repository, _, account in
      guard account.mayAdminister(id) else { throw Refusal.notWritable }
      return try work(repository)
    }
  }

  /// Who sees a repository, and who gets its content.
  func settings(_ id: RepositoryID, _ request: HubRequest, _ body: BodyReader) async throws -> Reply {
    try require(.put, request)
    _ = try await reading(id, request) { _, _ in try writer(of: id, request) }
    let form = #"{"visibility": "private", "gated": "manual"}"#
    let wish: SettingsRequest = try await decoded(body, form: form)
    return try await administering(id, request) { repository in
      if let isPrivate = wish.isPrivate { try repository.set("hub.private", to: "\(isPrivate)") }
      switch wish.gated {
      case .open: try repository.set("hub.gated", to: "false")
      case .auto: try repository.set("hub.gated", to: "auto")
      case .manual: try repository.set("hub.gated", to: "manual")
      case nil: break
      }
      let marks = try RepositoryMarks(repository)
      return try Reply(json: SettingsRequest(isPrivate: marks.isPrivate, gated: marks.gate))
    }
  }
}
