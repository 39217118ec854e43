import Foundation
import HubGit
import HubModel
import HubServer
import HubTestSupport
import HubTransport
import TestSupport
import Testing

/// Commits that must change nothing.
@Suite struct CommitAttackTests {
  typealias Tokens = RunningHub.Tokens
  static let route = "/api/models/acme/euler/commit/main"

  static func body(_ lines: String...) -> HTTPBody {
    .bytes(Array((["{\"key\": \"header\", \"value\": {\"summary\": \"s\"}}"] + lines).joined(separator: "\n").utf8))
  }

  static func file(_ path: String, _ content: String) -> String {
    let text = Data(content.utf8).base64EncodedString()
    return #"{"key": "file", "value": {"content": "\#(text)", "path": "\#(path)", "encoding": "base64"}}"#
  }

  static func object(_ path: String, _ pointer: LFSPointer, size: Int64? = nil) -> String {
    let value = #""path": "\#(path)", "algo": "sha256", "oid": "\#(pointer.oid)", "size": \#(size ?? pointer.size)"#
    return #"{"key": "lfsFile", "value": {\#(value)}}"#
  }

  /// A line of a commit, and the status that it is refused with.
  static let rows: [(String, Int)] =
    [
      "../x", "a/../../x", "/etc/x", ".git/config", "a/.GIT/hooks/x", "git~1/x", "a//b", "a/./b", "a\\\\b", "C:/x",
      "a\\u0000b", "", ".git\\u200c/x", "..", ".", "x/..", "./x", "x/", ".git /x", ".git.", ".git::$INDEX_ALLOCATION/x",
      "a/GIT~1", "\\u202ex", "\\u0085x", ".cache/huggingface/x", "\\\\\\\\host\\\\x",
      String(repeating: "a", count: 256),
      String(repeating: "a/", count: 64) + "a", String(repeating: "../", count: 3000) + "x",
    ].map { (file($0, "x"), 400) } + [
      (file("README.md/below", "x"), 409), (file("scheduler", "x"), 409),
      (#"{"key": "deletedFile", "value": {"path": "nothing"}}"#, 404),
      (#"{"key": "deletedFile", "value": {"path": "scheduler"}}"#, 404),
      (#"{"key": "deletedFolder", "value": {"path": "README.md"}}"#, 404),
      (#"{"key": "copyFile", "value": {"path": "x", "srcPath": "nothing"}}"#, 404),
      (#"{"key": "copyFile", "value": {"path": "x", "srcPath": "../../secret"}}"#, 400),
      (#"{"key": "copyFile", "value": {"path": "x", "srcPath": "README.md", "srcRevision": "nothing"}}"#, 404),
      (#"{"key": "lfsFile", "value": {"path": "x", "algo": "md5", "oid": "00"}}"#, 400),
      (#"{"key": "chmod", "value": {"path": "README.md"}}"#, 400),
      (file("scheduler/scheduler_config.json", #"{"_class_name": "DDIMScheduler", "beta_end": "x"}"#), 422),
      (file("scheduler/scheduler_config.json", "{"), 422),
    ]

  @Test func `a commit that breaks a rule changes nothing`() async throws {
    let repositories = try TestRepositories()
    let client = Client(try await RunningHub(root: repositories.root))
    for (line, status) in Self.rows {
      // What comes before the bad line is not committed either.
      let body = Self.body(Self.file("good.txt", "x"), line)
      let answer = try await client.send(.post, Self.route, token: Tokens.writer, body: body)
      #expect(answer.status == status, "\(line): \(answer.text)")
    }
    let head = try repositories.open("models/acme/euler").head()
    #expect(head == repositories.commits.last)
  }

  @Test func `a path that is no text is refused`() async throws {
    let repositories = try TestRepositories()
    let client = Client(try await RunningHub(root: repositories.root))
    let marked = Array(#"{"key": "header", "value": {"summary": "s"}}"#.utf8) + [10] + Array(Self.file("*x", "x").utf8)
    // An overlong slash, a lone surrogate, the beginning of a letter.
    for bytes in [[0x2E, 0x2E, 0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xC3], [0xFF]] as [[UInt8]] {
      let body = marked.flatMap { $0 == UInt8(ascii: "*") ? bytes : [$0] }
      let answer = try await client.send(.post, Self.route, token: Tokens.writer, body: .bytes(body))
      #expect(answer.status == 400, "\(bytes): \(answer.text)")
    }
    #expect(try repositories.open("models/acme/euler").head() == repositories.commits.last)
  }

  @Test func `an object of a private repository cannot be named by who may not read it`() async throws {
    let repositories = try TestRepositories()
    let secret = try repositories.objects.add("a secret of some length".utf8)
    let stored = LFSKnown(repositoryAt: repositories.root + "/models/acme/secret.git")
    try stored.add(secret.oid)
    _ = try GitRepository.create(bareAt: repositories.root + "/models/zoe/open.git")
    let tokens = """
      {"tokens": [{"name": "z", "token": "hf_zoe", "user": "zoe", "role": "write"},
        {"name": "b", "token": "hf_bob", "user": "zoe", "role": "write", "orgs": ["acme"]}]}
      """
    let path = try repositories.directory.write(Array(tokens.utf8), to: "own.json", mode: 0o600)
    let client = Client(try await RunningHub(root: repositories.root) { $0.tokenFile = path })
    func commit(_ line: String, _ token: String) async throws -> Int {
      try await client.send(.post, "/api/models/zoe/open/commit/main", token: token, body: Self.body(line)).status
    }
    #expect(try await commit(Self.object("x.bin", secret), "hf_zoe") == 422)
    // The same in other clothes: the text of a pointer, as the content of a file.
    #expect(try await commit(Self.file("x.bin", secret.text), "hf_zoe") == 422)
    let lines = secret.text.replacingOccurrences(of: "\n", with: "\r\n")
    #expect(try await commit(Self.file("x.txt", lines), "hf_zoe") == 422)
    #expect(try repositories.open("models/zoe/open").head() == nil)
    // Whoever may read it may.
    #expect(try await commit(Self.object("x.bin", secret, size: 1), "hf_bob") == 422)
    #expect(try await commit(Self.object("x.bin", secret), "hf_bob") == 200)
  }

  @Test func `a body that is cut leaves nothing`() async throws {
    let repositories = try TestRepositories()
    let hub = try await RunningHub(root: repositories.root)
    let connection = try RawConnection(port: hub.port)
    let head = "POST \(Self.route) HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(Tokens.writer)\r\n"
    connection.send(
      head + "Content-Length: 9000000\r\n\r\n" + "{\"key\": \"header\", \"value\": {\"summary\": \"s\"}}\n")
    connection.send(#"{"key": "file", "value": {"content": ""# + String(repeating: "QUJD", count: 500_000))
    connection.finishSending()
    _ = await connection.rest()
    #expect(try repositories.open("models/acme/euler").head() == repositories.commits.last)
    let left = try repositories.directory.listing().filter { $0.hasPrefix("spool/") || $0.hasPrefix("lfs/incoming/") }
    #expect(left.isEmpty)
  }

  /// A request that writes, and what is answered to nobody, to a reader, to a stranger and to a writer of something else.
  static let writes: [(HTTPMethod, String, String)] = [
    (.post, "commit/main", ""), (.post, "branch/x", "{}"), (.delete, "branch/sdxl", ""), (.post, "tag/main", "{}"),
    (.delete, "tag/v1", ""), (.put, "settings", #"{"visibility": "public"}"#), (.post, "preupload/main", "{}"),
    (.post, "discussions", #"{"title": "x"}"#), (.post, "discussions/1/merge", ""),
  ]

  @Test func `nobody writes who may not, and who may not see learns nothing`() async throws {
    let repositories = try TestRepositories()
    let client = Client(try await RunningHub(root: repositories.root))
    for (method, path, text) in Self.writes {
      for (name, token, status) in [
        ("euler", nil, 401), ("euler", Tokens.member, 403), ("euler", Tokens.stranger, 403), ("secret", nil, 401),
        ("secret", Tokens.stranger, 404), ("secret", Tokens.member, 403), ("nothing", Tokens.writer, 404),
      ] as [(String, String?, Int)] {
        let route = "/api/models/acme/\(name)/\(path)"
        let answer = try await client.send(method, route, token: token, body: .bytes(Array(text.utf8)))
        #expect(answer.status == status, "\(method) \(route): \(answer.text)")
      }
    }
    #expect(try repositories.open("models/acme/secret").settings("hub.private") == ["true"])
  }

  @Test func `commits at once are all there, and each parent is kept to`() async throws {
    let repositories = try TestRepositories()
    let client = Client(try await RunningHub(root: repositories.root))
    try await withThrowingTaskGroup(of: Int.self) { group in
      for number in 0..<40 {
        group.addTask {
          let body = Self.body(Self.file("many/\(number).txt", "\(number)"))
          return try await client.send(.post, Self.route, token: Tokens.writer, body: body).status
        }
      }
      for try await status in group { #expect(status == 200) }
    }
    let repository = try repositories.open("models/acme/euler")
    let head = try #require(try repository.head())
    #expect(try repository.history(of: head, count: 100).count == 45)
    let many = try repository.entries(below: try RepositoryPath("many"), in: head, recursive: false)
    #expect(many?.count == 40)
  }
}
