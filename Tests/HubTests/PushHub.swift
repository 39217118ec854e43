import Foundation
import Hub
import HubCache
import HubModel
import HubTransport
import Synchronization
import TestSupport

/// A hub of the repositories of `me` that takes commits, in memory; right in everything that is not broken on purpose.
///
/// It is a fake only so that it can be broken: the real server is pushed to in the tests of whole programs.
final class PushHub: Sendable {
  struct Repository: Sendable {
    var commits: [Commit] = []
    var branches: [String: Int] = ["main": 0]
    var isPrivate: Bool?
  }

  /// A commit with all of its files; those in LFS are their pointers.
  struct Commit: Sendable {
    var id: String
    var title: String
    var files: [String: [UInt8]]
  }

  struct State: Sendable {
    var repositories: [String: Repository] = [:]
    /// The objects of LFS.
    var objects: [String: [UInt8]] = [:]
    var parts: [String: [Int: [UInt8]]] = [:]
    /// The length of parts; `nil` for uploads in one piece.
    var partLength: Int?
    /// Where objects are sent to, if not here.
    var store: String?
    var pullRequests = 0
    /// What happens before the next commit is looked at.
    var intrusion: (@Sendable (inout State) -> Void)?
  }

  let server: FaultServer
  private let shared: Shared

  private final class Shared: Sendable {
    let state = Mutex(State())
    let port = Mutex("")
  }

  init(_ files: [String: String]? = [:]) throws {
    let shared = Shared()
    self.shared = shared
    server = try FaultServer { request in
      shared.state.withLock { $0.answer(request, endpoint: shared.port.withLock(\.self)) }
    }
    shared.port.withLock { $0 = server.endpoint }
    if let files { change { $0.add("me/model", files, "initial commit") } }
  }

  func change(_ body: (inout State) -> Void) { shared.state.withLock { body(&$0) } }

  var state: State { shared.state.withLock(\.self) }

  /// The history of `me/model`, oldest first.
  var commits: [Commit] { state.repositories["me/model"]?.commits ?? [] }

  /// The files of the last commit.
  var files: [String: String] {
    (commits.last?.files ?? [:]).mapValues { String(decoding: $0, as: UTF8.self) }
  }

  func count(_ method: String, _ text: String = "") -> Int {
    server.requests.filter { $0.method == method && (text.isEmpty || $0.target.contains(text)) }.count
  }

  /// A client with a home of its own, whose token is `hf_secret`.
  func client(home: TemporaryDirectory, retries: Int = 4) -> HubClient {
    var retrying = Retrying(budget: Budget(attempts: retries, patience: 60))
    retrying.policy.firstWait = 0.01
    let variables = [
      "HF_ENDPOINT": server.endpoint, "HF_HOME": home.appending("hf"), "HF_TOKEN": "hf_secret", "PATH": "/usr/bin:/bin",
    ]
    return HubClient(variables: variables, userHome: home.path, retrying: retrying)
  }
}

extension PushHub.State {
  mutating func add(_ name: String, _ files: [String: String], _ title: String) {
    var repository = repositories[name] ?? PushHub.Repository()
    var all = repository.commits.last?.files ?? [:]
    all.merge(files.mapValues { Array($0.utf8) }) { $1 }
    let id = ContentHash.of(Array("\(name) \(repository.commits.count) \(title)".utf8), like: .gitBlob("")).hex
    repository.commits.append(PushHub.Commit(id: id, title: title, files: all))
    repositories[name] = repository
  }

  // MARK: Answers

  mutating func answer(_ request: ReceivedRequest, endpoint: String) -> Answer {
    guard request.header("Authorization") == "Bearer hf_secret" || isOfStorage(request) else {
      return FakeHub.refusal(401, "", "Invalid credentials in Authorization header")
    }
    switch (request.method, Route(path: request.path)) {
    case (_, .whoAmI?): return Answer(200, text: #"{"type":"user","name":"me"}"#)
    case (_, .validateYAML?): return validate(request)
    case (_, .repositories(.create)?): return create(request, endpoint)
    case ("GET", .info(let id, let revision)?):
      return reading(id, revision ?? .main) { commit in
        var info = RepositoryInfo(id: id.name)
        info.sha = commit.id
        return FakeHub.json(info)
      }
    case (_, .pathsInfo(let id, let revision)?):
      let form = String(decoding: request.body, as: UTF8.self).split(separator: "&")
      let paths = form.filter { $0.hasPrefix("paths=") }.compactMap { PercentEncoding.decode($0.dropFirst(6)) }
      return reading(id, revision) { commit in FakeHub.json(entries(of: commit).filter { paths.contains($0.path) }) }
    case (_, .tree(let id, let revision, _)?): return reading(id, revision) { FakeHub.json(entries(of: $0)) }
    case (_, .commits(let id, let revision)?):
      return reading(id, revision) { commit in
        let list = repositories[id.name]?.commits.reversed().drop { $0.id != commit.id } ?? []
        return FakeHub.json(list.map { CommitListing(id: $0.id, title: $0.title, message: "", authors: [], date: "") })
      }
    case (_, .preupload(let id, let revision)?): return reading(id, revision) { _ in preupload(request) }
    case (_, .branch(let id, let name)?):
      repositories[id.name]?.branches[name] = 0
      return Answer(200, text: "{}")
    case (_, .commit(let id, let revision)?): return commit(id, revision, request, endpoint)
    case (_, .lfs(let id, let service)?): return lfs(id, service, request, endpoint)
    default: return Answer(404, text: "no such route")
    }
  }

  private func isOfStorage(_ request: ReceivedRequest) -> Bool {
    switch Route(path: request.path) {
    case .lfs(_, .object)?, .lfs(_, .part)?, .lfs(_, .completion)?: true
    default: false
    }
  }

  private func reading(_ id: RepositoryID, _ revision: Revision, _ body: (PushHub.Commit) -> Answer) -> Answer {
    guard let repository = repositories[id.name] else {
      return FakeHub.refusal(404, "RepoNotFound", "Repository not found")
    }
    let commit =
      repository.branches[revision.name] != nil
      ? repository.commits.last : repository.commits.first { $0.id == revision.name }
    guard let commit else { return FakeHub.refusal(404, "RevisionNotFound", "Invalid rev id") }
    return body(commit)
  }

  private func entries(of commit: PushHub.Commit) -> [TreeEntry] {
    let files = commit.files.map { path, bytes -> TreeEntry in
      let pointer = LFSPointer(bytes: bytes)
      return TreeEntry(
        type: .file, oid: ContentHash.of(bytes, like: .gitBlob("")).hex, size: pointer?.size ?? Int64(bytes.count),
        path: path, lfs: pointer.map { TreeEntry.LFS(oid: $0.oid, size: $0.size, pointerSize: bytes.count) })
    }
    return files.sorted { $0.path < $1.path }
  }

  private func validate(_ request: ReceivedRequest) -> Answer {
    guard request.contains("broken: [") else { return FakeHub.json(YAMLAnswer()) }
    var answer = FakeHub.json(YAMLAnswer(errors: [.init(message: "the list never ends")]))
    answer.status = 400
    return answer
  }

  private mutating func create(_ request: ReceivedRequest, _ endpoint: String) -> Answer {
    guard let asked = try? JSONDecoder().decode(RepositoryRequest.self, from: Data(request.body)) else {
      return Answer(400, text: "not JSON")
    }
    let name = "\(asked.organization ?? "me")/\(asked.name)"
    let answer = FakeHub.json(RepositoryAnswer(url: "\(endpoint)/\(name)", name: name))
    if repositories[name] != nil {
      var conflict = answer
      conflict.status = 409
      return conflict
    }
    add(name, [:], "initial commit")
    repositories[name]?.isPrivate = asked.isPrivate
    return answer
  }

  private func preupload(_ request: ReceivedRequest) -> Answer {
    guard let question = try? JSONDecoder().decode(PreuploadQuestion.self, from: Data(request.body)) else {
      return Answer(400, text: "not JSON")
    }
    return FakeHub.json(
      PreuploadAnswer(
        files: question.files.map { file in
          .init(
            path: file.path, uploadMode: file.path.hasSuffix(".bin") ? .lfs : .regular,
            shouldIgnore: file.path.hasSuffix(".log"), oid: nil)
        }))
  }
}
