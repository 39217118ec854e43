import HTTPTypes
import HubGit
import HubModel

/// The hub without the network: from a request to its answer.
struct HubService: Sendable {
  let repositories: Repositories
  let accountSource: AccountSource
  let spool: Spool
  let locks = RepositoryLocks()
  let limits: HubServer.Limits
  let signer: URLSigner
  let engine: GitEngine

  /// The accounts; `nil` for a hub that has none, where credentials count for nothing.
  var accounts: Accounts? { accountSource.current() }

  /// The answer to `request`, of which `body` reads what came with it.
  ///
  /// - Throws: ``Refusal``, or `HubError` for what the server could not do.
  func reply(to request: HubRequest, _ body: BodyReader) async throws -> Reply {
    guard let route = Route(path: request.path) else { throw Refusal.noRoute }
    if let reply = try await redirection(route, request) { return reply }
    if let reply = try await write(route, request, body) { return reply }
    switch route {
    case .git(let id, let service): return try await git(id, service, request, body)
    case .lfs(let id, let service): return try await lfs(id, service, request, body)
    case .pathsInfo(let id, let revision):
      guard request.method == .post else { throw Refusal.wrongMethod(allowed: "POST") }
      return try await pathsInfo(
        id, revision, try PathsForm(request, try await body.bytes(limit: limits.body)), request)
    case .access(let id, let verb): return try await access(id, verb, request, body)
    default:
      guard request.method == .get || request.method == .head else { throw Refusal.wrongMethod(allowed: "GET, HEAD") }
      return try await read(route, request)
    }
  }

  /// The answer to a request that changes nothing.
  private func read(_ route: Route, _ request: HubRequest) async throws -> Reply {
    switch route {
    case .health: try Reply(json: ["status": "ok"])
    case .whoAmI: try whoAmI(request)
    case .list(let kind): try await list(kind, request)
    case .authCheck(let id, let write): try await authCheck(id, write: write, request)
    case .info(let id, let revision): try await info(id, revision, request)
    case .tree(let id, let revision, let path): try await tree(id, revision, path, request)
    case .refs(let id): try await refs(id, request)
    case .commits(let id, let revision): try await commits(id, revision, request)
    case .resolve(let id, let revision, let path): try await file(id, revision, path, isRaw: false, request)
    case .raw(let id, let revision, let path): try await file(id, revision, path, isRaw: true, request)
    default: throw Refusal.noRoute
    }
  }

  /// Lets `work` read the repository `id` on a thread where it may wait, if the caller may.
  ///
  /// - Parameter needsContent: Whether it is about the bytes of files, which a gate keeps from others.
  func reading<Value: Sendable>(
    _ id: RepositoryID, _ request: HubRequest, needsContent: Bool = false, lane: GitThreads.Lane = .shared,
    _ work: @escaping @Sendable (borrowing GitRepository, RepositoryMarks) throws -> Value
  ) async throws -> Value {
    try await GitThreads.run(lane) {
      guard let repository = try open(id) else { throw absence(for: request) }
      let marks = try RepositoryMarks(repository)
      switch Verdict(marks, of: id, for: request.caller, needsContent: needsContent) {
      case .allowed: break
      case .hidden: throw absence(for: request)
      case .disabled: throw Refusal.disabled
      case .gated: throw Refusal.gated(id, isAnonymous: request.caller == nil)
      }
      return try work(repository, marks)
    }
  }

  private func open(_ id: RepositoryID) throws(HubError) -> GitRepository? {
    do throws(HubError) {
      return try repositories.open(id)
    } catch {
      guard error.code == .repositoryNotFound else { throw error }
      return nil
    }
  }

  /// What is said of a repository that is not there, or not for the caller: the same in both cases.
  ///
  /// Whoever sends no token is asked for one, unless the hub has no accounts, where none would help.
  func absence(for request: HubRequest) -> Refusal {
    request.caller == nil && accounts != nil ? .anonymous : .noRepository
  }
}
