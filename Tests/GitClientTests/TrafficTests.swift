import Foundation
import GitClient
import HubGit
import HubModel
import HubTransport
import Logging
import Synchronization
import TestSupport
import Testing

/// What travels, and what is kept.
@Suite(.serialized, .timeLimit(.minutes(5)), .enabled(if: GitHost.isAvailable)) struct TrafficTests {
  let host: GitHost
  let client: GitClient
  let git: Git

  init() async throws {
    host = try await GitHost()
    client = try host.client()
    git = try Git()
  }

  /// A repository with so many commits, each of which changes a file, and so many pointers of git LFS in a hundred
  /// folders, written by `git fast-import`.
  private func makeLargeRepository(commits: Int, pointers: Int, _ settings: [String: String]) async throws {
    let path = try await host.makeRepository("model", settings)
    var stream = "feature done\n"
    for number in 0..<commits {
      stream += "commit refs/heads/main\ncommitter Bob <bob@localhost> \(1_600_000_000 + number) +0000\n"
      stream += data("Change \(number)") + "M 100644 inline config.json\n" + data("{\"step\": \(number)}\n")
      guard number == 0 else { continue }
      for pointer in 0..<pointers {
        let oid = String(format: "%064lx", pointer &* 0x9E37_79B9_7F4A_7C1)
        stream += "M 100644 inline weights/\(pointer % 100)/part-\(pointer).safetensors\n"
        stream += data("version https://git-lfs.github.com/spec/v1\noid sha256:\(oid)\nsize \(pointer)\n")
      }
    }
    try await git(["fast-import", "--quiet", "--done"], in: path, input: Array((stream + "done\n").utf8))
  }

  private func data(_ text: String) -> String { "data \(text.utf8.count)\n\(text)\n" }

  /// The requests that `work` makes, with what they sent and received.
  private func traffic(_ work: () async throws -> Void) async throws -> (count: Int, received: Int, sent: Int) {
    let before = host.requests.count
    try await work()
    let requests = host.requests.dropFirst(before)
    return (requests.count, requests.map(\.sent).reduce(0, +), requests.map(\.received).reduce(0, +))
  }

  private func push(_ remote: GitRemote, _ text: String) async throws {
    let head = try await client.head(of: remote)
    try await client.commit(try files(["config.json": text]), on: head, message: text, author: ada)
  }

  @Test func `a large repository costs its trees alone`() async throws {
    try await makeLargeRepository(commits: 5000, pointers: 10_000, [:])
    let remote = try GitRemote(host.url("v2", "model"))
    let cost = try await traffic { try await push(remote, "1") }
    print("version 2: \(cost)")
    #expect(cost.count == 5)
    #expect(cost.received < 1_000_000 && cost.sent < 20_000, "\(cost)")
    let head = try await client.head(of: remote)
    #expect(try await head.entries().count == 10_102)
    let small = try #require(try await head.entry(at: RepositoryPath("config.json")))
    let one = try await traffic { #expect(try await client.bytes(of: small, in: head) == Array("1".utf8)) }
    #expect(one.count == 1 && one.received < 2000, "\(one)")
    let again = try await traffic { #expect(try await client.bytes(of: small, in: head) == Array("1".utf8)) }
    #expect(again.count == 0)
    #expect(!FileManager.default.fileExists(atPath: host.directory.appending("mirrors")))
    #expect(try await git(["fsck", "--strict", "--no-dangling"], in: host.path("model")) == "")
  }

  @Test(arguments: ["v2", "v0"])
  func `a mirror fetches once, and then what is new`(kind: String) async throws {
    try await makeLargeRepository(commits: 5000, pointers: 10_000, ["uploadpack.allowfilter": "false"])
    let remote = try GitRemote(host.url(kind, "model"))
    let first = try await traffic { try await push(remote, "1") }
    let second = try await traffic { try await push(remote, "2") }
    let idle = try await traffic { _ = try await client.head(of: remote) }
    let nothing = try await traffic { _ = try await client.head(of: remote) }
    print("\(kind): first \(first), then \(second), after a push \(idle), nothing new \(nothing)")
    #expect(second.received < 20_000 && second.sent < 20_000, "\(second)")
    #expect(nothing.count <= 2 && nothing.received < 4000, "\(nothing)")
    #expect(try await git(["rev-list", "--count", "main"], in: host.path("model")) == "5002")
    #expect(try await git(["fsck", "--strict", "--no-dangling"], in: host.path("model")) == "")
  }

  @Test func `a mirror may be removed, and what a killed fetch left in it goes`() async throws {
    let remote = try await RemoteKind.version0.make(on: host)
    try await push(remote, "1")
    try await push(remote, "2")
    let mirrors = host.directory.appending("mirrors")
    let name = try #require(try FileManager.default.contentsOfDirectory(atPath: mirrors).first { $0.hasSuffix(".git") })
    try host.directory.write("rest".utf8, to: "mirrors/\(name)/objects/pack/pack_git2_abc")
    try await push(remote, "3")
    #expect(try host.directory.listing().contains { $0.contains("pack_git2_") } == false)
    try FileManager.default.removeItem(atPath: mirrors)
    try await push(remote, "4")
    #expect(try await git(["show", "main:config.json"], in: host.path("model")) == "4")
    var other = client
    other.cacheDirectory = nil
    try FileManager.default.removeItem(atPath: mirrors)
    let head = try await other.head(of: remote)
    try await other.commit(try files(["config.json": "5"]), on: head, message: "5", author: ada)
    #expect(!FileManager.default.fileExists(atPath: mirrors))
  }

  @Test func `a large push arrives whole`() async throws {
    let remote = try await RemoteKind.encrypted.make(on: host)
    let content = Answer.Content.pattern(0..<20_000_000)
    let path = try RepositoryPath("large.bin")
    let head = try await client.head(of: remote)
    try await client.commit([path: .file(content)], on: head, message: "Large", author: ada)
    #expect(try await git(["cat-file", "-s", "main:large.bin"], in: host.path("model")) == "20000000")
    let later = try await client.head(of: remote)
    let entry = try #require(try await later.entry(at: path))
    #expect(entry.id == GitObjectID(ofBlob: content))
    await expect(.limitExceeded) { try await client.bytes(of: entry, in: later, limit: 1000) }
    #expect(try await client.bytes(of: entry, in: later, limit: 20_000_000) == content)
  }

  @Test(arguments: [RemoteKind.encrypted, .version2WithoutFilter])
  func `nothing is left behind, and no secret anywhere`(kind: RemoteKind) async throws {
    let log = Lines()
    var logger = Logger(label: "test") { _ in log }
    logger.logLevel = .trace
    _ = try await kind.make(on: host, ["uploadpack.allowfilter": "false"])
    let remote = try GitRemote(host.url("private", "model", isEncrypted: true))
    var client = client
    client.transport = CurlTransport(
      CurlTransport.Configuration(
        tls: TLSConfiguration(authorityFile: host.directory.appending("server.pem")), logger: logger))
    client.progress = { log.add("\($0)") }
    try await commitTwice(client, remote)
    let hook = host.path("model") + "/hooks/pre-receive"
    try Data("#!/bin/sh\nenv >&2; exit 1\n".utf8).write(to: URL(filePath: hook))
    chmod(hook, 0o755)
    let head = try await client.head(of: remote)
    let error = await #expect(throws: HubError.self) {
      try await client.commit(try files(["x": "1"]), on: head, message: "x", author: ada)
    }
    #expect(error?.code == .rejected)
    let told = log.text + (error?.explanation ?? "") + String(reflecting: client)
    #expect(log.text.contains("request") && log.text.contains("fetched"))
    let secrets = [GitHost.password, Data("hub:\(GitHost.password)".utf8).base64EncodedString()]
    for secret in secrets { #expect(!told.contains(secret)) }
    try FileManager.default.removeItem(atPath: host.directory.appending("passwords"))
    let grep = try #require(Layout.program("grep"))
    for secret in secrets {
      #expect(try await Program(grep, ["-rqF", secret, host.directory.path]).run().status == 1)
    }
    // The mirror does not even know where it came from.
    #expect(try await Program(grep, ["-rqF", "127.0.0.1", host.directory.appending("mirrors")]).run().status == 1)
  }

  private func commitTwice(_ client: GitClient, _ remote: GitRemote) async throws {
    for text in ["1", "2"] {
      let head = try await client.head(of: remote)
      try await client.commit(try files(["file": text]), on: head, message: text, author: ada)
    }
  }
}

/// Lines of a log, as they would be written.
private final class Lines: LogHandler, Sendable {
  private let lines = Mutex("")

  var text: String { lines.withLock(\.self) }
  func add(_ line: String) { lines.withLock { $0 += line + "\n" } }

  var logLevel: Logger.Level {
    get { .trace }
    set {}
  }
  var metadata: Logger.Metadata {
    get { [:] }
    set {}
  }
  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { nil }
    set { add("\(key)=\(String(describing: newValue))") }
  }

  func log(event: LogEvent) {
    add("\(event.level) \(event.message) \(String(describing: event.metadata))")
  }
}
