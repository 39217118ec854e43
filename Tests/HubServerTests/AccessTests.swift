import Foundation
import HubGit
import HubModel
import HubServer
import HubTestSupport
import HubTransport
import TestSupport
import Testing

@Suite struct AccessTests {
  typealias Tokens = RunningHub.Tokens

  /// A request, whose it is, and what is answered.
  struct Row: Sendable {
    let path: String, token: String?, status: Int, code: String?, message: String?

    init(_ path: String, _ token: String?, _ status: Int, _ code: String? = nil, _ message: String? = nil) {
      (self.path, self.token, self.status, self.code, self.message) = (path, token, status, code, message)
    }
  }

  static let disabled = "Access to this resource is disabled."
  static let rows = [
    Row("/acme/secret/resolve/main/config.json", nil, 401, "RepoNotFound", "Invalid username or password."),
    Row("/acme/secret/resolve/main/config.json", Tokens.stranger, 404, "RepoNotFound", "Repository not found"),
    Row("/acme/secret/resolve/main/config.json", Tokens.member, 200),
    Row("/acme/nothing/resolve/main/config.json", nil, 401, "RepoNotFound", "Invalid username or password."),
    Row("/acme/nothing/resolve/main/config.json", Tokens.member, 404, "RepoNotFound", "Repository not found"),
    Row("/api/models/acme/secret", nil, 401, "RepoNotFound"),
    Row("/api/models/acme/secret", Tokens.stranger, 404, "RepoNotFound"),
    Row("/api/models/acme/secret", Tokens.member, 200),
    Row("/api/models/acme/secret/tree/main", Tokens.stranger, 404, "RepoNotFound"),
    Row("/api/models/acme/secret/refs", Tokens.stranger, 404, "RepoNotFound"),
    Row("/api/models/acme/secret/commits/main", Tokens.stranger, 404, "RepoNotFound"),
    Row("/acme/secret/raw/main/config.json", Tokens.stranger, 404, "RepoNotFound"),
    Row("/api/models/acme/secret/auth-check", nil, 401, "RepoNotFound"),
    Row("/acme/gated/resolve/main/config.json", nil, 401, "GatedRepo"),
    Row("/acme/gated/resolve/main/config.json", Tokens.stranger, 403, "GatedRepo"),
    Row("/acme/gated/raw/main/config.json", Tokens.stranger, 403, "GatedRepo"),
    Row("/acme/gated/resolve/main/config.json", Tokens.member, 200), Row("/api/models/acme/gated", nil, 200),
    Row("/api/models/acme/gated/auth-check", Tokens.stranger, 403, "GatedRepo"),
    Row("/acme/disabled/resolve/main/config.json", Tokens.member, 403, nil, disabled),
    Row("/api/models/acme/disabled", nil, 403, nil, disabled),
    Row("/acme/euler/resolve/main/README.md", "hf_wrong", 401, nil, "Invalid credentials in Authorization header"),
    Row("/acme/euler/resolve/nothing/README.md", nil, 404, "RevisionNotFound", "Invalid rev id: nothing"),
    Row("/acme/euler/resolve/main/nothing", nil, 404, "EntryNotFound", "Entry not found"),
    Row("/acme/euler/resolve/main/scheduler", nil, 404, "EntryNotFound"),
    Row("/acme/euler/resolve/nothing/nothing", nil, 404, "RevisionNotFound"),
    Row("/acme/nothing/resolve/nothing/nothing", Tokens.member, 404, "RepoNotFound"),
    Row("/acme/empty/resolve/main/x", nil, 404, "RevisionNotFound"), Row("/api/models/acme/empty", nil, 200),
    Row("/spaces/acme/euler/resolve/main/README.md", Tokens.member, 404, "RepoNotFound"),
    Row("/api/models/acme/euler/tree/main/nothing", nil, 404, "EntryNotFound"),
    Row("/api/whoami-v2", nil, 401, nil, "Invalid username or password."), Row("/api/whoami-v2", Tokens.member, 200),
    Row("/api/models/acme/euler/auth-check/write", nil, 401),
    Row("/api/models/acme/euler/auth-check/write", Tokens.member, 403),
    Row("/api/models/acme/euler/auth-check/write", Tokens.writer, 200),
    Row("/api/agent-harnesses", nil, 404), Row("/health", nil, 200), Row("/nothing", nil, 404),
  ]

  @Test func `everybody gets what is theirs, and an error that clients can tell apart`() async throws {
    let repositories = try TestRepositories()
    let client = Client(try await RunningHub(root: repositories.root))
    for row in Self.rows {
      let answer = try await client.get(row.path, token: row.token)
      #expect(answer.status == row.status, "\(row)")
      #expect(answer.headers["X-Error-Code"] == row.code, "\(row)")
      if let message = row.message {
        #expect(answer.headers["X-Error-Message"] == message, "\(row)")
        #expect(try answer.decoded(as: [String: String].self) == ["error": message])
      }
      let isNamed = row.code == "EntryNotFound"
      if answer.status >= 400 { #expect((answer.headers["X-Repo-Commit"] != nil) == isNamed, "\(row)") }
      if answer.status == 401 { #expect(answer.headers["WWW-Authenticate"]?.contains("Basic") == true) }
      #expect(answer.headers["X-Request-Id"] != nil)
      #expect(try await client.head(row.path, token: row.token).status == row.status, "HEAD \(row)")
    }
  }

  @Test func `readers may read, and marks that cannot be read close`() async throws {
    let repositories = try TestRepositories()
    let client = Client(try await RunningHub(root: repositories.root))
    let path = "/acme/secret/resolve/main/config.json"
    try repositories.open("models/acme/secret").set("hub.reader", to: "eve")
    #expect(try await client.get(path, token: Tokens.stranger).status == 200)
    try repositories.open("models/legacy").set("hub.private", to: "maybe")
    #expect(try await client.get("/legacy/resolve/main/README.md", token: Tokens.stranger).status == 404)
    try repositories.open("models/legacy").set("hub.private", to: "no")
    #expect(try await client.get("/legacy/resolve/main/README.md").status == 200)
  }

  @Test func `a token may come as the password of any user`() async throws {
    let repositories = try TestRepositories()
    let client = Client(try await RunningHub(root: repositories.root))
    for (user, secret, status) in [
      ("ada", Tokens.member, 200), ("access_token", Tokens.member, 200), ("", Tokens.member, 200), ("ada", "x", 401),
      ("ada", "", 401),
    ] {
      let basic = Data("\(user):\(secret)".utf8).base64EncodedString()
      let answer = try await client.get("/api/whoami-v2", ["Authorization": "Basic \(basic)"])
      #expect(answer.status == status)
    }
    for header in ["Basic", "Basic !!!", "Digest x", "Bearer", "Bearer  \(Tokens.member)"] {
      #expect(try await client.get("/api/whoami-v2", ["Authorization": header]).status == 401, "\(header)")
    }
    #expect(try await client.get("/api/whoami-v2?token=\(Tokens.member)").status == 401)
    #expect(!client.hub.log.text.contains("hf_"))
  }

  @Test func `the list shows what the caller may see, in pages`() async throws {
    let repositories = try TestRepositories()
    let hub = try await RunningHub(root: repositories.root)
    let client = Client(hub)
    func names(_ query: String, token: String? = nil) async throws -> [String] {
      try await client.get("/api/models" + query, token: token).decoded(as: [RepositoryInfo].self).map(\.id)
    }
    #expect(try await names("") == ["acme/empty", "acme/euler", "acme/gated", "legacy"])
    #expect(try await names("?author=acme&search=SEC", token: Tokens.member) == ["acme/secret"])
    #expect(try await names("?search=eu") == ["acme/euler"])
    let first = try await client.get("/api/models?limit=3&author=acme", token: Tokens.member)
    #expect(try first.decoded(as: [RepositoryInfo].self).map(\.id) == ["acme/empty", "acme/euler", "acme/gated"])
    let link = "\(hub.endpoint)/api/models?author=acme&limit=3&cursor=acme%2Fgated"
    #expect(first.headers["Link"] == "<\(link)>; rel=\"next\"")
    #expect(try await names("?author=acme&limit=3&cursor=acme%2Fgated", token: Tokens.member) == ["acme/secret"])
  }

  @Test func `a hub without accounts takes no notice of credentials`() async throws {
    let repositories = try TestRepositories()
    let client = Client(try await RunningHub(root: repositories.root, hasAccounts: false))
    for (path, token, status) in [
      ("/acme/euler/resolve/main/README.md", "hf_any", 200), ("/acme/secret/resolve/main/config.json", "hf_any", 404),
      ("/acme/nothing/resolve/main/x", nil, 404), ("/api/whoami-v2", "hf_any", 401),
    ] as [(String, String?, Int)] {
      #expect(try await client.get(path, token: token).status == status, "\(path)")
    }
  }
}

@Suite struct TokenFileTests {
  static func entry(_ fields: String) -> String { "{\"tokens\": [{\(fields)}]}" }

  @Test func `a file that cannot be used names the rule, and no token`() throws {
    let directory = try TemporaryDirectory()
    let good = #""name": "n", "user": "u", "role": "read", "token": "hf_secret""#
    let rows: [(String, Int, String)] = [
      (Self.entry(good), 0o644, "chmod 600"), (Self.entry(good), 0o640, "chmod 600"), ("", 0o600, "not of the form"),
      ("{}", 0o600, "not of the form"), (Self.entry(#""name": "n""#), 0o600, "not of the form"),
      (Self.entry(good.replacing("read", with: "admin")), 0o600, "not of the form"),
      (Self.entry(good.replacing("hf_secret", with: "hf_se cret")), 0o600, "visible ASCII"),
      (Self.entry(good.replacing("hf_secret", with: "")), 0o600, "is empty"),
      (Self.entry(good.replacing(#""u""#, with: #""../u""#)), 0o600, "could own no repository"),
    ]
    for (text, mode, reason) in rows {
      let path = try directory.write(Array(text.utf8), to: "tokens", mode: mode)
      let error = #expect(throws: HubError.self) { try TokenFile(path: path) }
      #expect(error?.code == .configuration)
      #expect(error?.explanation.contains(reason) == true, "\(error?.explanation ?? "")")
      #expect(error?.explanation.contains("hf_") == false)
    }
    #expect(throws: HubError.self) { try TokenFile(path: directory.appending("none")) }
    _ = try TokenFile(path: try directory.write(Array(Self.entry(good).utf8), to: "tokens", mode: 0o600))
  }

  @Test func `a changed file counts at once, a broken one not`() async throws {
    let repositories = try TestRepositories()
    let client = Client(try await RunningHub(root: repositories.root))
    let directory = repositories.directory
    func status(_ token: String) async throws -> Int { try await client.get("/api/whoami-v2", token: token).status }
    #expect(try await status(RunningHub.Tokens.member) == 200)
    try directory.write(Array("{broken".utf8), to: "tokens.json", mode: 0o600)
    #expect(try await status(RunningHub.Tokens.member) == 200)
    let text = Self.entry(#""name": "new", "user": "u", "role": "read", "token": "hf_new""#)
    try directory.write(Array(text.utf8), to: "tokens.json", mode: 0o600)
    #expect(try await status(RunningHub.Tokens.member) == 401)
    #expect(try await status("hf_new") == 200)
    #expect(client.hub.log.text.contains("the tokens stay as they were"))
  }
}
