import Foundation
import HubGit
import HubModel
import HubServer
import HubTestSupport
import HubTransport
import TestSupport
import Testing

/// The real git-lfs and the real Python clients against the server.
@Suite struct LFSClientTests {
  typealias Tokens = RunningHub.Tokens

  @Test func `git-lfs pushes, and fetches at checkout`() async throws {
    let repositories = try TestRepositories()
    let hub = try await RunningHub(root: repositories.root)
    let user = try await GitUser()
    let name = "acme/secret"
    try await user.git("clone", "-q", hub.remote(name), "one")
    try await user.git("lfs", "track", "*.bin", in: "one")
    for number in 0..<120 { try user.home.write(LFSTests.bytes[0...(number * 100)], to: "one/f\(number).bin") }
    try await user.commit("README.md", "large", in: "one")
    try await user.git("push", "-q", "origin", "HEAD", in: "one")
    try await user.git("clone", "-q", hub.remote(name), "two")
    for number in 0..<120 {
      #expect(try user.home.read("two/f\(number).bin") == Array(LFSTests.bytes[0...(number * 100)]))
    }
    #expect(
      try await Client(hub).get("/\(name)/resolve/main/f119.bin", token: Tokens.member).body
        == Array(LFSTests.bytes[0...11_900]))
    try await repositories.expectSound("models/\(name)", user)
    #expect(!hub.log.text.contains("hf_") && !hub.log.text.contains("signature"))
  }

  @Test func `a pointer without its object is not taken`() async throws {
    let repositories = try TestRepositories()
    let hub = try await RunningHub(root: repositories.root)
    let user = try await GitUser()
    try await user.git("clone", "-q", hub.remote("acme/euler"), "one")
    let pointers = [LFSClient.pointer(LFSTests.bytes), LFSClient.pointer(TestRepositories.weights)]
    for (pointer, name) in zip(pointers, ["acme/euler", "acme/empty"]) {
      try await user.git("clone", "-q", hub.remote(name), "to")
      try await user.commit("stolen.bin", pointer.text, in: "to")
      let refusal = try await user.failure("push", "--no-verify", "origin", "HEAD:main", in: "to")
      #expect(refusal.contains("'stolen.bin' is a pointer to the LFS object \(pointer.oid)"), "\(refusal)")
      try FileManager.default.removeItem(atPath: user.home.appending("to"))
    }
    #expect(try await Client(hub).get("/acme/euler/resolve/main/stolen.bin").status == 404)
  }

  @Test func `locks are taken, seen and given back`() async throws {
    let repositories = try TestRepositories()
    let hub = try await RunningHub(root: repositories.root)
    let user = try await GitUser()
    try await user.git("clone", "-q", hub.remote("acme/euler"), "one")
    try await user.git("lfs", "lock", "weights.bin", in: "one")
    #expect(try await user.git("lfs", "locks", in: "one").contains("bob"))
    #expect(try await user.failure("lfs", "lock", "weights.bin", in: "one").contains("bob"))
    let file = try repositories.directory.read("models/acme/euler.git/lfs/locks.json")
    #expect(try JSONDecoder().decode([LFSLock].self, from: Data(file)).map(\.path) == ["weights.bin"])
    // Other owners of locks do not stop a push, unless git-lfs is told to care.
    try await user.git("push", "-q", "origin", "HEAD:b", in: "one")
    try await user.git("lfs", "unlock", "weights.bin", in: "one")
    #expect(try await user.git("lfs", "locks", in: "one").isEmpty)
  }

  @Test func `lists of locks have pages, and a lock is its owner's`() async throws {
    let repositories = try TestRepositories()
    let client = Client(try await RunningHub(root: repositories.root))
    let lfs = LFSClient(client: client, repository: "acme/euler")
    var locks: [LFSLock] = []
    for name in ["a", "b", "c"] {
      let answer = try await lfs.post("locks", LFSLockRequest(path: name))
      #expect(answer.status == 201)
      locks.append(try answer.decoded(as: LFSLockAnswer.self).lock)
    }
    #expect(try await lfs.post("locks", LFSLockRequest(path: "a")).status == 409)
    #expect(try await lfs.post("locks", LFSLockRequest(path: "../a")).status == 400)
    let path = "/acme/euler.git/info/lfs/locks"
    let first = try await client.get(path + "?limit=2").decoded(as: LFSLockList.self)
    #expect(first.locks == Array(locks[..<2]) && first.next_cursor == locks[2].id)
    let second = try await client.get(path + "?limit=2&cursor=\(locks[2].id)").decoded(as: LFSLockList.self)
    #expect(second == LFSLockList(locks: [locks[2]]))
    #expect(try await client.get(path + "?path=b").decoded(as: LFSLockList.self).locks == [locks[1]])
    #expect(try await client.get(path + "?id=\(locks[2].id)").decoded(as: LFSLockList.self).locks == [locks[2]])
    // Somebody else's.
    var file = try String(decoding: repositories.directory.read("models/acme/euler.git/lfs/locks.json"), as: UTF8.self)
    file = file.replacing(try Regex("\"name\" : \"bob\"(?=[^{]*\"path\" : \"a\")"), with: "\"name\" : \"eve\"")
    try repositories.directory.write(Array(file.utf8), to: "models/acme/euler.git/lfs/locks.json")
    let verdict = try await lfs.post("locks/verify", ["cursor": String?.none]).decoded(as: LFSLockVerdict.self)
    #expect(verdict.ours.map(\.path) == ["b", "c"] && verdict.theirs.map(\.path) == ["a"])
    #expect(try await lfs.post("locks/\(locks[0].id)/unlock", ["force": false]).status == 403)
    #expect(try await lfs.post("locks/\(locks[0].id)/unlock", ["force": true]).status == 200)
    #expect(try await lfs.post("locks/\(locks[0].id)/unlock", ["force": true]).status == 404)
    #expect(
      try await LFSClient(client: client, repository: "acme/euler", token: Tokens.member)
        .post("locks", LFSLockRequest(path: "d")).status == 403)
  }

  @Test(arguments: Layout.Python.allCases)
  func `the Python client sends objects, in one piece and in parts`(python: Layout.Python) async throws {
    let repositories = try TestRepositories()
    let hub = try await RunningHub(root: repositories.root) { $0.limits.lfsPart = 100_000 }
    let interpreter = try #require(python.interpreter, "run 'make venvs'")
    let home = try TemporaryDirectory()
    let (small, large) = (Array(LFSTests.bytes[..<1000]), LFSTests.bytes)
    let files = [try home.write(small, to: "small.bin"), try home.write(large, to: "large.bin")]
    let environment = [
      "HF_ENDPOINT": hub.endpoint.absoluteString, "HF_HOME": home.path, "HOME": home.path, "PATH": "/usr/bin:/bin",
      "HF_HUB_DISABLE_PROGRESS_BARS": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_XET": "1",
    ]
    let script = Layout.fixture("clients/upload_lfs.py").path
    let outcome = try await Program(
      interpreter, [script, "acme/euler", Tokens.writer] + files, environment: environment, timeout: 300
    ).run()
    try #require(outcome.status == 0, "\(outcome.errorText)")
    let results = try JSONDecoder().decode([String: JSON].self, from: Data(outcome.output))
    #expect(results["first"] == [[], [0, 5]] && results["second"] == [[], [0, 0]], "\(results)")
    for bytes in [small, large] {
      let file = try #require(try repositories.objects.file(of: LFSClient.pointer(bytes)))
      #expect(FileManager.default.contents(atPath: file) == Data(bytes))
    }
  }
}
