import Foundation
import HTTPTypes
import HubGit
import HubModel

extension HubService {
  /// The answer to a request that may change something; `nil` if it is none.
  func write(_ route: Route, _ request: HubRequest, _ body: BodyReader) async throws -> Reply? {
    let isRead = request.method == .get || request.method == .head
    switch route {
    case .repositories(let verb): return try await repositories(verb, request, body)
    case .validateYAML: return try await validateYAML(request, body)
    case .settings(let id): return try await settings(id, request, body)
    case .preupload(let id, let revision): return try await preupload(id, revision, request, body)
    case .commit(let id, let revision): return try await commit(id, revision, request, body)
    case .squash(let id, let branch): return try await squash(id, branch, request, body)
    case .branch(let id, let name): return try await branch(id, name, request, body)
    case .tag(let id, let name): return try await tag(id, name, request, body)
    case .discussions(let id): return try await isRead ? discussions(id, request) : discuss(id, request, body)
    case .discussion(let id, let number, .details):
      guard isRead else { throw Refusal.wrongMethod(allowed: "GET, HEAD") }
      return try await discussion(id, number, request)
    case .discussion(let id, let number, let verb): return try await change(id, number, verb, request, body)
    case .schedulerPlan(let id, let revision, let path) where isRead:
      return try await schedulerPlan(id, revision, path, request)
    default: return nil
    }
  }

  /// Lets `work` change the repository `id` on a thread where it may wait, if the caller may, and nobody else meanwhile.
  func writing<Value: Sendable>(
    _ id: RepositoryID, _ request: HubRequest,
    _ work: @escaping @Sendable (borrowing GitRepository, RepositoryMarks, Account) throws -> Value
  ) async throws -> Value {
    try await locks.locked(repositories.path(of: id)) {
      try await reading(id, request) { repository, marks in
        let account = try writer(of: id, request)
        return try work(repository, marks, account)
      }
    }
  }

  /// Lets `work` take part in the discussions of the repository `id`: for everybody who may write somewhere and read this.
  func participating<Value: Sendable>(
    _ id: RepositoryID, _ request: HubRequest,
    _ work: @escaping @Sendable (borrowing GitRepository, RepositoryMarks, Account) throws -> Value
  ) async throws -> Value {
    try await locks.locked(repositories.path(of: id)) {
      try await reading(id, request, needsContent: true) { repository, marks in
        let account = try participant(request)
        return try work(repository, marks, account)
      }
    }
  }

  /// The account of a caller who may change the repository `id`, which the caller is known to see.
  func writer(of id: RepositoryID, _ request: HubRequest) throws(Refusal) -> Account {
    let account = try someone(request)
    guard account.mayWrite(to: id) else { throw Refusal.notWritable }
    return account
  }

  /// The account of a caller whose token may write at all.
  func participant(_ request: HubRequest) throws(Refusal) -> Account {
    let account = try someone(request)
    guard account.role == .write else { throw Refusal(.forbidden, "This token may only read") }
    return account
  }

  private func someone(_ request: HubRequest) throws(Refusal) -> Account {
    guard accounts != nil else {
      throw Refusal(.forbidden, "This hub has no accounts, so nobody may write to it; start it with a token file")
    }
    guard let caller = request.caller else { throw Refusal.noToken }
    return caller
  }

  /// The body as JSON of the form of `Value`.
  ///
  /// - Parameter form: What the body looks like, for the message.
  func decoded<Value: Decodable>(
    _ body: BodyReader, form: String
  ) async throws -> Value {
    try parse(try await body.bytes(limit: limits.body), form: form)
  }

  func parse<Value: Decodable>(_ bytes: [UInt8], form: String) throws(Refusal) -> Value {
    do {
      return try JSONDecoder().decode(Value.self, from: Data(bytes))
    } catch {
      throw Refusal.badRequest("The body is not JSON of the form \(form)")
    }
  }

  func require(_ method: HTTPRequest.Method, _ request: HubRequest) throws(Refusal) {
    guard request.method == method else { throw Refusal.wrongMethod(allowed: method.rawValue) }
  }

  /// Sends a caller on to the repository's new name, if it has one that the caller may know.
  ///
  /// The address is relative: clients follow those, and only those, with the caller's token.
  func redirection(_ route: Route, _ request: HubRequest) async throws -> Reply? {
    guard let id = route.repository, let other = repositories.moved(id),
      let path = Route.path(request.path, of: id, for: other)
    else { return nil }
    try await reading(other, request) { _, _ in }
    return Reply(.temporaryRedirect, headers: [.location: path + (request.queryText.map { "?" + $0 } ?? "")])
  }

  /// Who is named as the author of what an account does.
  func signature(of account: Account, _ request: HubRequest) -> GitSignature {
    let host = URL(string: request.endpoint)?.host ?? "localhost"
    return GitSignature(name: account.user, email: "\(account.user)@users.noreply.\(host)")
  }
}
