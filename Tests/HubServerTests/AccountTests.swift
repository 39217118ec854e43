import Foundation
import HubModel
import HubTestSupport
import HubTransport
import TestSupport
import Testing

@testable import HubServer

@Suite struct PermissionTests {
  @Test(arguments: [
    ("acme/x", Account(token: "t", user: "acme", role: .write), Permission.administer),
    ("acme/x", Account(token: "t", user: "acme", role: .read), .read),
    ("acme/x", Account(token: "t", user: "ada", role: .write, memberships: ["acme": .read]), .read),
    ("acme/x", Account(token: "t", user: "ada", role: .write, memberships: ["acme": .write]), .write),
    ("acme/x", Account(token: "t", user: "ada", role: .write, memberships: ["acme": .admin]), .administer),
    ("acme/x", Account(token: "t", user: "eve", role: .write), .none),
    ("acme/x", Account(token: "t", user: "reader", role: .write), .read),
    ("legacy", Account(token: "t", user: "legacy", role: .write), .none),
  ])
  func `membership and role decide`(name: String, account: Account, expected: Permission) throws {
    #expect(account.permission(on: try RepositoryID(name), RepositoryMarks(readers: ["reader"])) == expected)
  }

  @Test(arguments: [
    ("acme", Permission.administer), ("acme/x", .administer), ("datasets/acme/x", .none), ("other", .none),
  ])
  func `a limited token is a stranger elsewhere`(target: String, expected: Permission) throws {
    let scope = TokenScope([try TokenScope.Target(target)])
    let account = Account(token: "t", user: "acme", role: .write, scope: scope)
    #expect(account.permission(on: try RepositoryID("acme/x")) == expected)
  }
}

@Suite struct AccountStoreTests {
  @Test func `changes count in a running server at once`() async throws {
    let repositories = try TestRepositories()
    let client = Client(try await RunningHub(root: repositories.root, hasAccounts: false))
    let store = AccountStore(root: repositories.root)
    try store.add(.user, "zoe")
    try store.add(.organization, "acme")
    let secret = try store.createToken("laptop", for: "zoe", role: .read)
    func status() async throws -> Int { try await client.get("/api/models/acme/secret", token: secret).status }
    #expect(try await status() == 404)
    try store.setMember("zoe", of: "acme", to: .read)
    #expect(try await status() == 200)
    try store.revokeToken("laptop", of: "zoe")
    #expect(try await status() == 401)
    #expect(throws: HubError.self) { try store.add(.user, "ACME") }
    #expect(try store.flaws().isEmpty)
    #expect(!client.hub.log.text.contains("hf_"))
  }

  @Test func `readers ask, writers decide`() async throws {
    let repositories = try TestRepositories()
    let client = Client(try await RunningHub(root: repositories.root))
    typealias Tokens = RunningHub.Tokens
    let (file, api) = ("/acme/gated/resolve/main/config.json", "/api/models/acme/gated/user-access-request/")
    func post(_ path: String, _ token: String?, _ json: String = "{}") async throws -> Int {
      let answer = try await client.send(.post, path, token: token, body: .bytes(Array(json.utf8)))
      return answer.status
    }
    #expect(try await post("/acme/gated/ask-access", nil) == 401)
    #expect(try await post("/acme/gated/ask-access", Tokens.stranger) == 200)
    #expect(try await client.get(file, token: Tokens.stranger).status == 403)
    #expect(try await client.get(api + "pending", token: Tokens.stranger).status == 403)
    #expect(try await client.get(api + "pending", token: Tokens.writer).text.contains(#""user":"eve""#))
    #expect(try await post(api + "handle", Tokens.member, #"{"user": "eve", "status": "accepted"}"#) == 403)
    #expect(try await post(api + "handle", Tokens.writer, #"{"user": "eve", "status": "accepted"}"#) == 200)
    #expect(try await client.get(file, token: Tokens.stranger).status == 200)
    #expect(try await post(api + "handle", Tokens.writer, #"{"user": "eve", "status": "rejected"}"#) == 200)
    #expect(try await client.get(file, token: Tokens.stranger).status == 403)
    #expect(try await post(api + "grant", Tokens.writer, #"{"user": "nobody"}"#) == 404)
    #expect(try await post("/acme/secret/ask-access", Tokens.stranger) == 404)
  }

  @Test func `beyond the rate it is 429 with the seconds to wait`() async throws {
    let repositories = try TestRepositories()
    let client = Client(try await RunningHub(root: repositories.root) { $0.limits.rate = 0 })
    let answer = try await client.get("/api/models")
    #expect(answer.status == 429)
    #expect(answer.headers["RateLimit"]?.hasPrefix("\"api\";r=0;t=") == true)
    #expect(answer.headers["Retry-After"].flatMap { Int($0) } != nil)
    #expect(try await client.get("/health").status == 200)
  }
}
