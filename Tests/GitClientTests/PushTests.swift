import Foundation
import GitClient
import HubGit
import HubModel
import HubTransport
import TestSupport
import Testing

/// Pushes to real servers, looked at with git.
@Suite(.serialized, .timeLimit(.minutes(3)), .enabled(if: GitHost.isAvailable)) struct PushTests {
  let host: GitHost
  let client: GitClient
  let git: Git

  init() async throws {
    host = try await GitHost()
    client = try host.client()
    git = try Git()
  }

  @Test(arguments: RemoteKind.allCases)
  func `a first commit, and one on top of it`(kind: RemoteKind) async throws {
    let remote = try await kind.make(on: host)
    let empty = try await client.head(of: remote)
    #expect(empty.reference == "refs/heads/main")
    #expect(empty.commit == nil && empty.base == nil)
    #expect(try await empty.entries().isEmpty)
    let first = try await client.commit(
      try files(["README.md": "# Model\n", "a/b/c.json": "{}\n", "a/gone": "x"]), on: empty, message: "Begin", author: ada)
    let head = try await client.head(of: remote, reference: "refs/heads/main")
    #expect(head.commit == first && head.base == first)
    #expect(try await head.entries().map(\.path.text) == ["README.md", "a", "a/b", "a/b/c.json", "a/gone"])
    let entry = try #require(try await head.entry(at: RepositoryPath("README.md")))
    #expect(try await client.bytes(of: entry, in: head) == Array("# Model\n".utf8))
    var changes = try files(["a/new": "y"])
    changes[try RepositoryPath("a/gone")] = .deleted
    let second = try await client.commit(changes, on: head, message: "Change\n\nWith words.", author: ada)
    try await look(at: "main", first, second)
  }

  /// Clones with git, and compares.
  private func look(at branch: String, _ first: CommitID, _ second: CommitID) async throws {
    let clone = host.directory.appending("clone")
    try await git(["clone", "--quiet", host.path("model"), clone], in: host.directory.path)
    #expect(try await git(["rev-parse", "HEAD", "HEAD~1"], in: clone) == "\(second)\n\(first)")
    #expect(try await git(["ls-files"], in: clone) == "README.md\na/b/c.json\na/new")
    #expect(try await git(["show", "HEAD:a/b/c.json"], in: clone) == "{}")
    #expect(
      try await git(["log", "-1", "--format=%an|%ae|%cn|%at|%s|%b"], in: clone)
        == "Ada|ada@localhost|Ada|1700000000|Change|With words.\n")
    #expect(try await git(["fsck", "--strict", "--no-dangling"], in: host.path("model")) == "")
  }
}
