import Foundation
import HubModel
import HubServer
import HubTestSupport
import HubTransport
import TestSupport
import Testing

/// What becomes of the old name of a repository.
@Suite struct RedirectTests {
  typealias Tokens = RunningHub.Tokens

  static func move(_ from: String, _ to: String, _ client: Client, token: String = Tokens.writer) async throws -> Int {
    let body = #"{"fromRepo": "\#(from)", "toRepo": "\#(to)", "type": "model"}"#
    return try await client.send(.post, "/api/repos/move", token: token, body: .bytes(Array(body.utf8))).status
  }

  /// Requests under the old name, and where they are sent on to.
  static let rows: [(HTTPMethod, String, String)] = [
    (.get, "/acme/euler/resolve/main/x%20y%231.txt", "/acme/new/resolve/main/x%20y%231.txt"),
    (.head, "/acme/euler/resolve/main/README.md", "/acme/new/resolve/main/README.md"),
    (.get, "/acme/euler/raw/main/README.md", "/acme/new/raw/main/README.md"),
    (.get, "/api/models/acme/euler", "/api/models/acme/new"),
    (
      .get, "/api/models/acme/euler/tree/main?recursive=1&limit=2", "/api/models/acme/new/tree/main?recursive=1&limit=2"
    ),
    (.get, "/acme/euler.git/info/refs?service=git-upload-pack", "/acme/new.git/info/refs?service=git-upload-pack"),
    (.get, "/acme/euler/info/refs?service=git-upload-pack", "/acme/new/info/refs?service=git-upload-pack"),
    (.post, "/acme/euler.git/info/lfs/objects/batch", "/acme/new.git/info/lfs/objects/batch"),
    (.post, "/api/models/acme/euler/commit/main", "/api/models/acme/new/commit/main"),
  ]

  @Test func `the old name leads to the new one, with the query, and nowhere else`() async throws {
    let repositories = try TestRepositories()
    let client = Client(try await RunningHub(root: repositories.root))
    #expect(try await Self.move("acme/euler", "acme/new", client) == 200)
    for (method, path, location) in Self.rows {
      let answer = try await client.send(method, path)
      #expect(answer.status == 307 && answer.headers["Location"] == location, "\(method) \(path)")
    }
    #expect(try await client.get("/api/datasets/acme/euler").status == 200)
    // A circle is none: the last move counts.
    #expect(try await Self.move("acme/new", "acme/newer", client) == 200)
    #expect(try await client.get("/api/models/acme/euler").headers["Location"] == "/api/models/acme/newer")
    #expect(try await Self.move("acme/newer", "acme/euler", client) == 200)
    #expect(try await client.get("/api/models/acme/euler").status == 200)
    #expect(try await client.get("/api/models/acme/new").headers["Location"] == "/api/models/acme/euler")
  }

  @Test func `a name that is taken again is the new repository's`() async throws {
    let repositories = try TestRepositories()
    let client = Client(try await RunningHub(root: repositories.root))
    #expect(try await Self.move("acme/euler", "bob/mine", client) == 200)
    let body = HTTPBody.bytes(Array(#"{"name": "euler", "organization": "acme"}"#.utf8))
    #expect(try await client.send(.post, "/api/repos/create", token: Tokens.writer, body: body).status == 200)
    #expect(try await client.get("/api/models/acme/euler").decoded(as: RepositoryInfo.self).id == "acme/euler")
    #expect(try await client.get("/api/models/bob/mine").status == 200)
    #expect(try await client.send(.delete, "/api/repos/delete", token: Tokens.writer, body: body).status == 200)
    #expect(try await client.get("/api/models/acme/euler").status == 401)
  }

  @Test func `the name of what is private tells strangers nothing`() async throws {
    let repositories = try TestRepositories()
    let client = Client(try await RunningHub(root: repositories.root))
    #expect(try await Self.move("acme/secret", "acme/hidden", client) == 200)
    for (token, status) in [(nil, 401), (Tokens.stranger, 404), (Tokens.member, 307)] as [(String?, Int)] {
      let answer = try await client.get("/acme/secret/resolve/main/config.json", token: token)
      #expect(answer.status == status && (answer.headers["Location"] != nil) == (status == 307))
    }
  }

  @Test func `nobody takes a name, or a repository, that is not theirs`() async throws {
    let repositories = try TestRepositories()
    let client = Client(try await RunningHub(root: repositories.root))
    for (from, to, token, status) in [
      ("acme/euler", "eve/euler", Tokens.outsider, 403), ("acme/secret", "eve/secret", Tokens.outsider, 404),
      ("acme/euler", "eve/euler", Tokens.writer, 403), ("acme/euler", "acme/new", Tokens.member, 403),
      ("acme/euler", "acme/gated", Tokens.writer, 409), ("acme/nothing", "acme/new", Tokens.writer, 404),
      ("acme/euler", "acme/euler", Tokens.writer, 409),
    ] { #expect(try await Self.move(from, to, client, token: token) == status, "\(from) to \(to)") }
    #expect(try await client.get("/api/models/acme/euler").status == 200)
  }

  @Test func `git, git-lfs and pushes follow`() async throws {
    let repositories = try TestRepositories()
    let hub = try await RunningHub(root: repositories.root)
    let user = try await GitUser()
    try await user.git("clone", "-q", hub.remote("acme/euler"), "one")
    #expect(try await Self.move("acme/euler", "acme/new", Client(hub)) == 200)
    try await user.git("clone", "-q", hub.remote("acme/euler", nil), "two")
    try await user.git("lfs", "pull", in: "two")
    #expect(try user.home.read("two/weights.bin") == TestRepositories.weights)
    try await user.commit("a.txt", "a", in: "one")
    try await user.git("push", "-q", "origin", "HEAD", in: "one")
    #expect(try await Client(hub).get("/acme/new/resolve/main/a.txt").text == "a")
  }
}
