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
    // Random bytes do not compress.
    let noise = (0..<3_000_000).map { _ in UInt8.random(in: 0...255) }
    try user.home.write(noise, to: "one/noise.txt")
    try await user.commit("x", "x", in: "one")
    try await user.failure("push", "origin", "HEAD", in: "one")
    // A thousand to one: a kilobyte of pack for a megabyte of file.
    try await user.git("reset", "-q", "--hard", "HEAD~1", in: "one")
    try user.home.write([UInt8](repeating: 0, count: 200 << 20), to: "one/zeros.txt")
    try await user.commit("x", "x", in: "one")
    let bomb = try await user.failure("push", "origin", "HEAD", in: "one")
    #expect(bomb.contains("zeros.txt") || bomb.contains("unpack"), "\(bomb)")
    // The same as a tree, which git has to hold in memory.
    let client = Client(hub)
    let zero = String(repeating: "0", count: 40)
    let command = GitProtocolTests.line("\(zero) \(repositories.commits[0]) refs/heads/x\0report-status\n") + "0000"
    for pack in [
      Self.pack(of: 200 << 20, type: 2), Array("PACK".utf8), [0x50, 0x41, 0x43, 0x4B, 0, 0, 0, 2, 255, 255, 255, 255],
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

  /// A pack with one object of zeros.
  static func pack(of length: Int, type: UInt8) -> [UInt8] {
    var header: [UInt8] = Array("PACK".utf8) + [0, 0, 0, 2, 0, 0, 0, 1]
    var (rest, byte) = (length >> 4, type << 4 | UInt8(length & 15))
    while rest > 0 {
      header.append(byte | 0x80)
      (byte, rest) = (UInt8(rest & 0x7F), rest >> 7)
    }
    return header + [byte] + zeros(length)
  }

  /// Zeros in zlib's format: one block with Huffman codes that are fixed, of one literal and then copies of 258 bytes.
  static func zeros(_ length: Int) -> [UInt8] {
    var (bits, count, bytes): (UInt32, UInt32, [UInt8]) = (0, 0, [0x78, 0x9C])
    func put(_ code: UInt32, _ width: UInt32, _ bits: inout UInt32, _ count: inout UInt32, _ bytes: inout [UInt8]) {
      bits |= code << count
      count += width
      while count >= 8 {
        bytes.append(UInt8(truncatingIfNeeded: bits))
        (bits, count) = (bits >> 8, count - 8)
      }
    }
    put(0b011, 3, &bits, &count, &bytes)  // the last block, fixed codes
    put(0b00001100, 8, &bits, &count, &bytes)  // the literal 0: 00110000, its first bit first
    for _ in 0..<(length / 258) {
      put(0b10100011, 8, &bits, &count, &bytes)  // length 258, code 285: 11000101
      put(0, 5, &bits, &count, &bytes)  // distance 1
    }
    put(0, 7, &bits, &count, &bytes)
    put(0, 8, &bits, &count, &bytes)
    return bytes
  }

  @Test func `a request in gzip that inflates without end is cut off`() async throws {
    let repositories = try TestRepositories()
    let client = Client(try await RunningHub(root: repositories.root))
    let gzip = try #require(Layout.program("gzip"))
    let bomb = try await Program(gzip, ["-c"], input: [UInt8](repeating: 0, count: 64 << 20)).run().output
    var headers = GitProtocolTests.upload
    headers["Content-Encoding"] = "gzip"
    let answer = try await client.send(.post, "/acme/euler/git-upload-pack", headers, body: .bytes(bomb))
    #expect(answer.status == 413, "\(answer.text)")
  }

  @Test func `git ends with the client, and the others get their turn`() async throws {
    let repositories = try TestRepositories()
    let hub = try await RunningHub(root: repositories.root) { $0.limits.gitProcesses = 1 }
    let repository = try repositories.open("models/acme/euler")
    let noise = (0..<8_000_000).map { _ in UInt8.random(in: 0...255) }
    let commit = try repository.commit([try RepositoryPath("noise"): .file(noise)], message: "Noise")
    let request =
      GitProtocolTests.line("command=fetch") + "0001" + GitProtocolTests.line("want \(commit)\n")
      + GitProtocolTests.line("done\n") + "0000"
    for _ in 0..<4 {
      let connection = try RawConnection(port: hub.port)
      connection.send(
        "POST /acme/euler/git-upload-pack HTTP/1.1\r\nHost: x\r\nGit-Protocol: version=2\r\n"
          + "Content-Type: application/x-git-upload-pack-request\r\nContent-Length: \(request.utf8.count)\r\n\r\n\(request)"
      )
      let start = String(decoding: await connection.read(atLeast: 1000), as: UTF8.self)
      #expect(AttackTests.status(start) == 200)
    }
    let user = try await GitUser()
    try await user.git("clone", "-q", hub.remote("acme/euler", nil), "one")
    #expect(try user.home.read("one/noise") == noise)
  }
}
