import Foundation
import HubGit
import HubModel
import HubServer
import HubTestSupport
import HubTransport
import TestSupport
import Testing

@testable import HubServer

/// Gated repositories, with more than one who decides.
@Suite struct GateTests {
  typealias Tokens = RunningHub.Tokens
  static let route = "/api/models/acme/gated/user-access-request/"

  static func post(_ path: String, _ token: String?, _ json: String, _ client: Client) async throws -> HTTPResponse {
    try await client.send(.post, path, token: token, body: .bytes(Array(json.utf8)))
  }

  /// The token file with many users, and the secret of each.
  static func manyUsers(_ repositories: TestRepositories) throws -> (path: String, secrets: [String]) {
    let secrets = (0..<40).map { "hf_user\($0)" }
    let users = secrets.enumerated().map { #"{"name": "t", "token": "\#($1)", "user": "user\#($0)", "role": "read"}"# }
    let writer = #"{"name": "w", "token": "\#(Tokens.writer)", "user": "bob", "role": "write", "orgs": ["acme"]}"#
    let text = #"{"tokens": [\#((users + [writer]).joined(separator: ", "))]}"#
    return (try repositories.directory.write(Array(text.utf8), to: "many.json", mode: 0o600), secrets)
  }

  @Test func `requests at two servers over one directory are all kept`() async throws {
    let repositories = try TestRepositories()
    let (path, secrets) = try Self.manyUsers(repositories)
    var clients: [Client] = []
    for _ in 0..<2 { clients.append(Client(try await RunningHub(root: repositories.root) { $0.tokenFile = path })) }
    try await withThrowingTaskGroup(of: Int.self) { group in
      for (number, secret) in secrets.enumerated() {
        let client = clients[number % 2]
        group.addTask { try await Self.post("/acme/gated/ask-access", secret, "{}", client).status }
      }
      for try await status in group { #expect(status == 200) }
    }
    let pending = try await clients[0].get(Self.route + "pending", token: Tokens.writer).text
    for number in secrets.indices { #expect(pending.contains(#""user":"user\#(number)""#), "\(number)") }
  }

  @Test func `decisions, settings and git config at once lose nothing`() async throws {
    let repositories = try TestRepositories()
    let (path, secrets) = try Self.manyUsers(repositories)
    let client = Client(try await RunningHub(root: repositories.root) { $0.tokenFile = path })
    let git = try await GitUser()
    let repository = repositories.root + "/models/acme/gated.git"
    try await withThrowingTaskGroup(of: Int.self) { group in
      for number in secrets.indices.prefix(20) {
        group.addTask {
          try await Self.post(Self.route + "grant", Tokens.writer, #"{"user": "user\#(number)"}"#, client).status
        }
        group.addTask {
          let body = HTTPBody.bytes(Array(#"{"gated": "manual"}"#.utf8))
          return try await client.send(.put, "/api/models/acme/gated/settings", token: Tokens.writer, body: body).status
        }
        group.addTask {
          // git itself does not wait for a lock.
          var status = 0
          try await eventually("git has the lock") {
            let outcome = try await git.run(
              ["-C", repository, "config", "--add", "hub.reader", "hand\(number)"], in: ".", input: [])
            status = outcome.status
            return !outcome.errorText.contains("could not lock")
          }
          return status == 0 ? 200 : 500
        }
      }
      for try await status in group { #expect(status == 200) }
    }
    let readers = Set(try repositories.open("models/acme/gated").settings("hub.reader"))
    #expect(readers == Set((0..<20).flatMap { ["user\($0)", "hand\($0)"] }))
  }

  @Test func `whoever holds the lock is waited for`() async throws {
    let repositories = try TestRepositories()
    let client = Client(try await RunningHub(root: repositories.root))
    let lock = repositories.root + "/models/acme/gated.git/access.guard"
    let descriptor = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    try #require(flock(descriptor, LOCK_EX) == 0)
    let asking = Task { try await Self.post("/acme/gated/ask-access", Tokens.stranger, "{}", client).status }
    // The others are served, and the request is not in the book.
    for _ in 0..<10 { #expect(try await client.get("/acme/euler/resolve/main/README.md").status == 200) }
    #expect(!FileManager.default.fileExists(atPath: repositories.root + "/models/acme/gated.git/access.json"))
    close(descriptor)
    #expect(try await asking.value == 200)
    #expect(FileManager.default.fileExists(atPath: repositories.root + "/models/acme/gated.git/access.json"))
  }

  @Test func `a configuration that git is writing is waited for`() async throws {
    let repositories = try TestRepositories()
    let client = Client(try await RunningHub(root: repositories.root))
    let lock = try repositories.directory.write([], to: "models/acme/gated.git/config.lock")
    let body = HTTPBody.bytes(Array(#"{"private": true}"#.utf8))
    let setting = Task {
      try await client.send(.put, "/api/models/acme/gated/settings", token: Tokens.writer, body: body).status
    }
    for _ in 0..<10 { #expect(try await client.get("/acme/euler/resolve/main/README.md").status == 200) }
    #expect(try repositories.open("models/acme/gated").settings("hub.private").isEmpty)
    try FileManager.default.removeItem(atPath: lock)
    #expect(try await setting.value == 200)
    #expect(try repositories.open("models/acme/gated").settings("hub.private") == ["true"])
    // One that nobody takes away is a conflict, not a failure of the server.
    try repositories.directory.write([], to: "models/acme/gated.git/config.lock")
    let other = HTTPBody.bytes(Array(#"{"private": false}"#.utf8))
    let answer = try await client.send(
      .put, "/api/models/acme/gated/settings", token: Tokens.writer, body: other)
    #expect(answer.status == 409, "\(answer.text)")
  }

  @Test func `a gate that opens by itself lets in whoever asks`() async throws {
    let repositories = try TestRepositories()
    let client = Client(try await RunningHub(root: repositories.root))
    let file = "/acme/gated/resolve/main/config.json"
    let body = HTTPBody.bytes(Array(#"{"gated": "auto"}"#.utf8))
    #expect(
      try await client.send(.put, "/api/models/acme/gated/settings", token: Tokens.writer, body: body).status == 200)
    #expect(try await client.get(file, token: Tokens.stranger).status == 403)
    let answer = try await Self.post("/acme/gated/ask-access", Tokens.stranger, #"{"why": "work"}"#, client)
    #expect(answer.status == 200 && answer.text.contains("accepted"))
    #expect(try await client.get(file, token: Tokens.stranger).status == 200)
    // Who was turned away does not come in by asking again.
    #expect(
      try await Self.post(Self.route + "handle", Tokens.writer, #"{"user": "eve", "status": "rejected"}"#, client)
        .status == 200)
    #expect(try await Self.post("/acme/gated/ask-access", Tokens.stranger, "{}", client).status == 403)
    #expect(try await client.get(file, token: Tokens.stranger).status == 403)
  }
}

/// Members of an organisation by their role, with tokens that may write.
@Suite struct MembershipTests {
  /// A request, and what is answered to a member who reads, writes, administers, and to somebody else.
  static let rows: [(HTTPMethod, String, String, [Int])] = [
    (.get, "/api/models/acme/secret", "", [200, 200, 200, 404]),
    (.post, "/api/models/acme/secret/discussions", #"{"title": "t", "description": "d"}"#, [200, 200, 200, 404]),
    (.post, "/api/models/acme/secret/discussions/1/comment", #"{"comment": "c"}"#, [200, 200, 200, 404]),
    (.post, "/api/models/acme/secret/discussions/1/title", #"{"title": "u"}"#, [200, 200, 200, 404]),
    (.post, "/api/models/acme/secret/commit/main?create_pr=1", "COMMIT", [200, 200, 200, 404]),
    (.post, "/api/models/acme/secret/commit/main", "COMMIT", [403, 200, 200, 404]),
    (.post, "/api/models/acme/secret/branch/b", #"{"overwrite": true}"#, [403, 200, 200, 404]),
    (.post, "/api/models/acme/secret/super-squash/b", #"{"message": "m"}"#, [403, 200, 200, 404]),
    (.put, "/api/models/acme/secret/settings", #"{"gated": false}"#, [403, 403, 200, 404]),
    (.post, "/api/repos/create", #"{"name": "ROLE", "organization": "acme"}"#, [403, 200, 200, 403]),
    (.post, "/api/repos/move", #"{"fromRepo": "acme/secret", "toRepo": "acme/secret2"}"#, [403, 403, 200, 403]),
    (.delete, "/api/repos/delete", #"{"name": "secret2", "organization": "acme"}"#, [403, 403, 200, 404]),
  ]

  @Test func `each role may what it may`() async throws {
    let repositories = try TestRepositories()
    let store = AccountStore(root: repositories.root)
    try store.add(.organization, "acme")
    let roles: [(String, Account.Membership?)] = [
      ("reader", .read), ("author", .write), ("boss", .admin), ("other", nil),
    ]
    var secrets: [String] = []
    for (name, role) in roles {
      try store.add(.user, name)
      if let role { try store.setMember(name, of: "acme", to: role) }
      secrets.append(try store.createToken("t", for: name, role: .write))
    }
    let client = Client(try await RunningHub(root: repositories.root, hasAccounts: false))
    for (method, path, text, statuses) in Self.rows {
      for (index, status) in statuses.enumerated() {
        let commit = CommitAttackTests.body(CommitAttackTests.file("\(index).txt", "x"))
        let body = text == "COMMIT" ? commit : .bytes(Array(text.replacing("ROLE", with: roles[index].0).utf8))
        let answer = try await client.send(method, path, token: secrets[index], body: body)
        #expect(answer.status == status, "\(method) \(path) by \(roles[index].0): \(answer.text)")
      }
    }
  }
}
