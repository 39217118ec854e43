import Foundation
import GitClient
import HubGit
import HubModel
import HubTransport
import TestSupport
import Testing

/// Where pushes go, and what they may find there.
@Suite(.serialized, .timeLimit(.minutes(3)), .enabled(if: GitHost.isAvailable)) struct PushCasesTests {
  let host: GitHost
  let client: GitClient
  let git: Git

  init() async throws {
    host = try await GitHost()
    client = try host.client()
    git = try Git()
  }

  /// A repository with two files.
  private func begin(_ kind: RemoteKind, _ settings: [String: String] = [:]) async throws -> GitRemote {
    let remote = try await kind.make(on: host, settings)
    let empty = try await client.head(of: remote)
    try await client.commit(
      try files(["README.md": "# Model\n", "old/a": "1", "old/b/c": "2"]), on: empty, message: "Begin", author: ada)
    return remote
  }

  private func main() async throws -> String { try await git(["rev-parse", "main"], in: host.path("model")) }

  @Test(arguments: RemoteKind.allCases, ["refs/heads/feature/x", "refs/pr/3"])
  func `a ref that does not exist begins at the default branch`(kind: RemoteKind, reference: String) async throws {
    let remote = try await begin(kind)
    let head = try await client.head(of: remote, reference: reference)
    #expect(head.commit == nil)
    #expect(try await head.base?.hex == main())
    #expect(head.defaultBranch == "refs/heads/main")
    let commit = try await client.commit(try files(["new": "x"]), on: head, message: "New", author: ada)
    let path = host.path("model")
    #expect(try await git(["rev-parse", reference, "\(reference)~1"], in: path) == "\(commit)\n\(main())")
    // Made anew it would be somebody else's.
    await expect(.conflict) {
      try await client.commit(try files(["new": "y"]), on: head, message: "Again", author: ada)
    }
    #expect(try await client.head(of: remote, reference: reference).commit == commit)
    #expect(try await git(["fsck", "--strict", "--no-dangling"], in: path) == "")
  }

  @Test(arguments: RemoteKind.allCases)
  func `a folder goes, or becomes another one, and executable files stay so`(kind: RemoteKind) async throws {
    let remote = try await begin(kind)
    let blob = try await git(["hash-object", "-w", "--stdin"], in: host.path("model"), input: Array("#!/bin/sh\n".utf8))
    let tree = try await git(
      ["mktree"], in: host.path("model"),
      input: Array(
        (try await git(["ls-tree", "main"], in: host.path("model")) + "\n100755 blob \(blob)\trun\n").utf8))
    let next = try await git(["commit-tree", "-p", "main", "-m", "Run", tree], in: host.path("model"))
    try await git(["update-ref", "refs/heads/main", next], in: host.path("model"))
    let folder = try RepositoryPath("old")
    var changes = try files(["old/b/new": "3", "run": "#!/bin/sh\nexit\n"])
    changes[folder] = .deleted
    let head = try await client.head(of: remote)
    try await client.commit(changes, on: head, message: "Replace", author: ada)
    #expect(try await git(["ls-tree", "-r", "--name-only", "main"], in: host.path("model")) == "README.md\nold/b/new\nrun")
    #expect(try await git(["ls-tree", "main", "run"], in: host.path("model")).hasPrefix("100755 "))
    let later = try await client.head(of: remote)
    try await client.commit([folder: .deleted], on: later, message: "Remove", author: ada)
    #expect(try await git(["ls-tree", "-r", "--name-only", "main"], in: host.path("model")) == "README.md\nrun")
    #expect(try await git(["fsck", "--strict", "--no-dangling"], in: host.path("model")) == "")
    let last = try await client.head(of: remote)
    await expect(.entryNotFound) { try await client.commit([folder: .deleted], on: last, message: "Gone", author: ada) }
  }

  @Test func `what changes nothing is found out before it is sent`() async throws {
    let head = try await client.head(of: try await begin(.version2))
    var changes = try files(["README.md": "# Model\n", "old/a": "changed"])
    changes[try RepositoryPath("none")] = .deleted
    changes[try RepositoryPath("old/b")] = .deleted
    #expect(try await head.effective(changes).keys.map(\.text).sorted() == ["old/a", "old/b"])
  }

  @Test(arguments: RemoteKind.allCases)
  func `who comes late is told, or goes on top`(kind: RemoteKind) async throws {
    let remote = try await begin(kind)
    let head = try await client.head(of: remote)
    let other = try await client.commit(try files(["theirs": "1"]), on: head, message: "Theirs", author: ada)
    let ours = try files(["ours": "1"])
    await expect(.conflict) { try await client.commit(ours, on: head, message: "Ours", author: ada) }
    #expect(try await main() == other.hex)
    let commit = try await client.commit(
      ours, on: head, message: "Ours", author: ada, onConflict: .rebase(attempts: 3))
    #expect(try await git(["rev-parse", "main", "main~1"], in: host.path("model")) == "\(commit)\n\(other)")
    // The same file: nobody can decide for the two.
    let error = await #expect(throws: HubError.self) {
      try await client.commit(
        try files(["theirs": "2"]), on: head, message: "Ours", author: ada, onConflict: .rebase(attempts: 3))
    }
    #expect(error?.code == .conflict)
    #expect(error?.description.contains("'theirs'") == true)
    #expect(try await main() == commit.hex)
  }

  @Test(arguments: [RemoteKind.directory, .version2, .version2WithoutFilter, .version0])
  func `twenty at once lose none`(kind: RemoteKind) async throws {
    let remote = try await begin(kind)
    try await withThrowingTaskGroup(of: CommitID.self) { group in
      for number in 0..<20 {
        group.addTask {
          let head = try await client.head(of: remote)
          return try await client.commit(
            try files(["file-\(number)": "\(number)"]), on: head, message: "Add \(number)", author: ada,
            onConflict: .rebase(attempts: 200))
        }
      }
      var commits: Set<CommitID> = []
      for try await commit in group { commits.insert(commit) }
      #expect(commits.count == 20)
    }
    let path = host.path("model")
    #expect(try await git(["rev-list", "--count", "main"], in: path) == "21")
    #expect(try await git(["ls-tree", "--name-only", "main"], in: path).split(separator: "\n").count == 22)
    #expect(try await git(["fsck", "--strict", "--no-dangling"], in: path) == "")
  }
}
