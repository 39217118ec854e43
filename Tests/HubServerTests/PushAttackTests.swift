import Foundation
import HubGit
import HubModel
import HubServer
import HubTestSupport
import HubTransport
import TestSupport
import Testing

/// Pushes and fetches as no honest client makes them.
@Suite struct PushAttackTests {
  typealias Tokens = RunningHub.Tokens

  @Test func `files too long for git, and names no client could write, are refused with their names`() async throws {
    let repositories = try TestRepositories()
    let hub = try await RunningHub(root: repositories.root) { $0.limits.pushedBlob = 10_000 }
    let user = try await GitUser()
    try await user.git("clone", "-q", hub.remote("acme/euler"), "one")
    try await user.commit("folder/long.txt", String(repeating: "x", count: 10_001), in: "one")
    let refusal = try await user.failure("push", "origin", "HEAD", in: "one")
    #expect(refusal.contains("'long.txt' has 10001 bytes") && refusal.contains("git lfs migrate"), "\(refusal)")
    #expect(refusal.contains("[remote rejected] HEAD -> main"))
    for name in ["a\\b", "COM1 .git", ".git ", "GIT~1", "a\u{1}b"] {
      let blob = try await user.git("hash-object", "-w", "--stdin", in: "one", input: Array("x".utf8))
      let line = Array("100644 blob \(blob)\t\(name)\0".utf8)
      let tree = try await user.git("mktree", "-z", in: "one", input: line)
      let commit = try await user.git("commit-tree", tree, "-m", "x", in: "one")
      let outcome = try await user.run(["push", "origin", "\(commit):refs/heads/b"], in: "one", input: [])
      let isSafe = (try? RepositoryPath(name)) != nil  // absence: the name is what the test is about
      #expect((outcome.status == 0) == isSafe, "\(name): \(outcome.errorText)")
    }
    try await repositories.expectSound("models/acme/euler", user)
  }

  @Test func `a pack that is too long, damaged or a bomb has no effect`() async throws {
    let repositories = try TestRepositories()
    let hub = try await RunningHub(root: repositories.root) {
      $0.limits.push = 1 << 20
      $0.limits.gitMemory = 128 << 20
    }
    let user = try await GitUser()
    let before = try await user.git("ls-remote", hub.remote("acme/euler"))
    try await user.git("clone", "-q", hub.remote("acme/euler"), "one")
    try user.home.write(try Self.noise(3_000_000), to: "one/noise.txt")
    try await user.commit("x", "x", in: "one")
    try await user.failure("push", "origin", "HEAD", in: "one")
    // A thousand to one: a kilobyte of pack for a megabyte of file.
    try await user.git("reset", "-q", "--hard", "HEAD~1", in: "one")
    let zeros = try user.home.write([], to: "one/zeros.txt")
    try FileHandle(forWritingTo: URL(filePath: zeros)).truncate(atOffset: 200 << 20)
    try await user.commit("x", "x", in: "one")
    let bomb = try await user.failure("push", "origin", "HEAD", in: "one")
    #expect(bomb.contains("zeros.txt") || bomb.contains("unpack"), "\(bomb)")
    // The same as a tree, which git has to hold in memory.
    let client = Client(hub)
    let zero = String(repeating: "0", count: 40)
    let command = GitProtocolTests.line("\(zero) \(repositories.commits[0]) refs/heads/x\0report-status\n") + "0000"
    for pack in [
      try await Self.pack(ofZerosIn: zeros, type: 2), Array("PACK".utf8),
      [0x50, 0x41, 0x43, 0x4B, 0, 0, 0, 2, 255, 255, 255, 255],
    ] {
      let answer = try await client.send(
        .post, "/acme/euler/git-receive-pack", token: Tokens.writer, GitProtocolTests.receive,
        body: .bytes(Array(command.utf8) + pack))
      #expect(answer.status == 200 && !answer.text.contains("unpack ok"), "\(answer.text)")
    }
    let long = try await client.send(
      .post, "/acme/euler/git-receive-pack", token: Tokens.writer,
      ["Content-Type": "application/x-git-receive-pack-request", "Content-Length": "99999999999"], body: .none)
    #expect(long.status == 413)
    #expect(try await user.git("ls-remote", hub.remote("acme/euler")) == before)
    try await repositories.expectSound("models/acme/euler", user)
    let objects = repositories.root + "/models/acme/euler.git/objects"
    #expect(try FileManager.default.contentsOfDirectory(atPath: objects).allSatisfy { !$0.contains("incoming") })
  }

  /// Random bytes, which do not compress; drawn by the system, as a test must not keep the others waiting.
  static func noise(_ count: Int) throws -> [UInt8] {
    [UInt8](try #require(try FileHandle(forReadingFrom: URL(filePath: "/dev/urandom")).read(upToCount: count)))
  }

  /// A pack with one object of zeros, as long as a file.
  static func pack(ofZerosIn file: String, type: UInt8) async throws -> [UInt8] {
    var header: [UInt8] = Array("PACK".utf8) + [0, 0, 0, 2, 0, 0, 0, 1]
    let length = 200 << 20
    var (rest, byte) = (length >> 4, type << 4 | UInt8(length & 15))
    while rest > 0 {
      header.append(byte | 0x80)
      (byte, rest) = (UInt8(rest & 0x7F), rest >> 7)
    }
    // zlib's format is gzip's with another header; the sum at the end is wrong, if anybody comes to it.
    let gzip = try await Program(try #require(Layout.program("gzip")), ["-nc", file]).run().output
    return header + [byte, 0x78, 0x9C] + gzip.dropFirst(10)
  }

  @Test func `a request in gzip that inflates without end is cut off`() async throws {
    let repositories = try TestRepositories()
    let client = Client(try await RunningHub(root: repositories.root))
    let gzip = try #require(Layout.program("gzip"))
    let bomb = try await Program(gzip, ["-c"], input: [UInt8](repeating: 0, count: 40 << 20)).run().output
    var headers = GitProtocolTests.upload
    headers["Content-Encoding"] = "gzip"
    let answer = try await client.send(.post, "/acme/euler/git-upload-pack", headers, body: .bytes(bomb))
    #expect(answer.status == 413, "\(answer.text)")
  }

  /// Begins to fetch a long file, and reads its beginning.
  static func beginFetch(_ commit: CommitID, _ hub: RunningHub) async throws -> RawConnection {
    let request =
      GitProtocolTests.line("command=fetch") + "0001" + GitProtocolTests.line("want \(commit)\n")
      + GitProtocolTests.line("done\n") + "0000"
    let connection = try RawConnection(port: hub.port)
    connection.send(
      "POST /acme/euler/git-upload-pack HTTP/1.1\r\nHost: x\r\nGit-Protocol: version=2\r\n"
        + "Content-Type: application/x-git-upload-pack-request\r\nContent-Length: \(request.utf8.count)\r\n\r\n\(request)"
    )
    let start = String(decoding: await connection.read(atLeast: 1000), as: UTF8.self)
    #expect(AttackTests.status(start) == 200)
    return connection
  }

  @Test func `git ends with the client, and the others get their turn`() async throws {
    let repositories = try TestRepositories()
    let hub = try await RunningHub(root: repositories.root) { $0.limits.gitProcesses = 1 }
    let repository = try repositories.open("models/acme/euler")
    let noise = try Self.noise(8_000_000)
    let commit = try repository.commit([try RepositoryPath("noise"): .file(noise)], message: "Noise")
    for _ in 0..<4 { _ = try await Self.beginFetch(commit, hub) }
    let user = try await GitUser()
    try await user.git("clone", "-q", hub.remote("acme/euler", nil), "one")
    #expect(try user.home.read("one/noise") == noise)
  }

  @Test func `whoever reads slowly is in nobody else's way`() async throws {
    let repositories = try TestRepositories()
    let hub = try await RunningHub(root: repositories.root) { $0.limits.gitProcesses = 2 }
    let repository = try repositories.open("models/acme/euler")
    let commit = try repository.commit([try RepositoryPath("noise"): .file(Self.noise(8_000_000))], message: "Noise")
    var slow: [RawConnection] = []
    slow.append(try await Self.beginFetch(commit, hub))
    // The share of the address is used up; more of it waits, and users are served.
    let waiting = Task { try await Self.beginFetch(commit, hub) }
    try await Task.sleep(for: .milliseconds(500))
    let user = try await GitUser()
    // git names its user only where it is asked who it is.
    try await user.git("clone", "-q", hub.remote("acme/secret"), "one")
    slow.removeAll()
    _ = try await waiting.value
  }
}
