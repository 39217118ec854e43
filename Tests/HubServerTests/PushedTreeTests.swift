import Foundation
import HubGit
import HubModel
import HubServer
import HubTestSupport
import HubTransport
import TestSupport
import Testing

/// Trees that no git writes, pushed object by object.
@Suite struct PushedTreeTests {
  typealias Tokens = RunningHub.Tokens
  typealias Entry = RawPack.Entry

  static let reference = "refs/heads/evil"

  /// What the hub says to the push of a pack. By curl, which waits as long as git needs.
  static func push(_ pack: RawPack, _ commit: String, _ client: Client) async throws -> String {
    let fields = ["Authorization: Bearer \(Tokens.writer)", "Content-Type: application/x-git-receive-pack-request"]
    let url = client.hub.endpoint.absoluteString + "/acme/euler/git-receive-pack"
    let outcome = try await Program(
      try #require(Layout.program("curl")),
      ["-sS", "--fail-with-body", "--data-binary", "@-", url] + fields.flatMap { ["-H", $0] },
      input: pack.push(commit, to: reference), timeout: 300
    ).run()
    let text = String(decoding: outcome.output, as: UTF8.self)
    #expect(outcome.status == 0, "\(outcome.errorText) \(text)")
    return text
  }

  /// Entries of a tree beside a blob and a tree that are there.
  struct Row: Sendable, CustomTestStringConvertible {
    let name: String
    let entries: @Sendable (_ blob: String, _ tree: String) -> [Entry]
    var testDescription: String { name }
  }

  static let refused: [Row] =
    [
      "..", ".", ".git", ".GIT", ".Git", ".git ", ".git.", "git~1", "GIT~1", ".git::$INDEX_ALLOCATION", "a/b", "../x",
      "/x",
      "a\\b", "..\\x", "", "a\u{1}b", "a\nb", ".g\u{200C}it", "\u{202E}x", "C:x", String(repeating: "a", count: 256),
    ].map { name in Row(name: "a file '\(name)'") { blob, _ in [Entry("100644", name, blob)] } }
    + ["..", ".", ".git", ".GIT", "git~1", "a/b", ""].map { name in
      Row(name: "a directory '\(name)'") { _, tree in [Entry("40000", name, tree)] }
    } + [
      Row(name: "a name that is no text") { blob, _ in [Entry("100644", [0xFF, 0xFE], blob)] },
      Row(name: "an overlong slash") { blob, _ in [Entry("100644", [0x2E, 0x2E, 0xC0, 0xAF, 0x78], blob)] },
      Row(name: "a name twice") { blob, _ in [Entry("100644", "x", blob), Entry("100644", "x", blob)] },
      Row(name: "a file and a directory of one name") { blob, tree in
        [Entry("100644", "x", blob), Entry("40000", "x", tree)]
      },
      Row(name: "names out of order") { blob, _ in [Entry("100644", "b", blob), Entry("100644", "a", blob)] },
      Row(name: "no such object") { _, _ in [Entry("100644", "x", String(repeating: "12", count: 20))] },
      Row(name: "the object without a name") { _, _ in [Entry("100644", "x", String(repeating: "0", count: 40))] },
      Row(name: "a directory that is a file") { blob, _ in [Entry("40000", "x", blob)] },
      Row(name: "a file that is a directory") { _, tree in [Entry("100644", "x", tree)] },
      Row(name: "a mode that is no number") { blob, _ in [Entry("10x644", "x", blob)] },
      Row(name: "a link as .gitmodules") { blob, _ in [Entry("120000", ".gitmodules", blob)] },
    ]

  @Test(arguments: refused)
  func `a tree that could do harm is refused`(row: Row) async throws {
    let repositories = try TestRepositories()
    let hub = try await RunningHub(root: repositories.root)
    var pack = RawPack()
    let blob = pack.add(.blob, Array("x".utf8))
    let inner = pack.add(tree: [Entry("100644", "inner", blob)])
    let tree = pack.add(tree: row.entries(blob, inner))
    let commit = pack.add(commit: tree, parents: [repositories.commits[4]])
    let said = try await Self.push(pack, commit, Client(hub))
    #expect(!said.contains("ok \(Self.reference)"), "\(said)")
    let repository = try repositories.open("models/acme/euler")
    #expect(try repository.commit(ofReference: Self.reference) == nil)
    try await repositories.expectSound("models/acme/euler", GitUser())
  }

  /// Modes that git has seen, and what the API says of the entry.
  @Test(arguments: [
    ("120000", "/etc/passwd", 200, "/etc/passwd"), ("120000", "../../../../secret.txt", 200, "../../../../secret.txt"),
    ("120000", "README.md", 200, "README.md"), ("160000", "", 404, ""), ("100755", "#!/bin/sh", 200, "#!/bin/sh"),
    ("100664", "x", 200, "x"),
  ])
  func `links are never followed, and submodules are nothing`(
    mode: String, content: String, status: Int, text: String
  ) async throws {
    let repositories = try TestRepositories()
    let client = Client(try await RunningHub(root: repositories.root))
    var pack = RawPack()
    let blob = pack.add(.blob, Array(content.utf8))
    let id = mode == "160000" ? String(repeating: "12", count: 20) : blob
    let tree = pack.add(tree: [Entry(mode, "x", id)])
    let commit = pack.add(commit: tree)
    let said = try await Self.push(pack, commit, client)
    #expect(said.contains("ok \(Self.reference)"), "\(said)")
    for verb in ["resolve", "raw"] {
      let answer = try await client.get("/acme/euler/\(verb)/evil/x")
      #expect(answer.status == status)
      if status == 200 { #expect(answer.text == text) }
      #expect(try await client.get("/acme/euler/\(verb)/evil/x/README.md").status == 404)
    }
    let listed = try await client.get("/api/models/acme/euler/tree/evil?recursive=1").decoded(as: [TreeEntry].self)
    #expect(listed.map(\.path) == (status == 200 ? ["x"] : []))
  }

  @Test func `a commit to a path below a link is refused`() async throws {
    let repositories = try TestRepositories()
    let client = Client(try await RunningHub(root: repositories.root))
    var pack = RawPack()
    let tree = pack.add(tree: [Entry("120000", "link", pack.add(.blob, Array("../..".utf8)))])
    let commit = pack.add(commit: tree)
    _ = try await Self.push(pack, commit, client)
    for line in [
      CommitAttackTests.file("link/x", "x"),
      #"{"key": "deletedFile", "value": {"path": "link/x"}}"#,
      #"{"key": "copyFile", "value": {"path": "y", "srcPath": "link"}}"#,
    ] {
      let answer = try await client.send(
        .post, "/api/models/acme/euler/commit/evil", token: Tokens.writer, body: CommitAttackTests.body(line))
      #expect([404, 409].contains(answer.status), "\(line): \(answer.text)")
    }
  }
}

/// Little that stands for much.
@Suite struct BombTests {
  typealias Entry = RawPack.Entry

  /// A tree that holds itself ten times, ten levels deep: 10^10 files of 12 objects.
  static func wideTree(_ pack: inout RawPack, levels: Int = 10) -> String {
    var entry = Entry("100644", "f", pack.add(.blob, Array("x".utf8)))
    var tree = ""
    for _ in 0..<levels {
      tree = pack.add(tree: (0..<10).map { Entry(entry, named: "\($0)") })
      entry = Entry("40000", "d", tree)
    }
    return tree
  }

  @Test func `a tree of exponentially many paths is refused`() async throws {
    let repositories = try TestRepositories()
    let client = Client(try await RunningHub(root: repositories.root))
    var pack = RawPack()
    let tree = Self.wideTree(&pack)
    let commit = pack.add(commit: tree)
    let said = try await PushedTreeTests.push(pack, commit, client)
    #expect(said.contains("ng \(PushedTreeTests.reference)") && said.contains("at most 250000 files"), "\(said)")
  }

  @Test(arguments: [65, 3000]) func `a tree that is too deep is refused`(levels: Int) async throws {
    let repositories = try TestRepositories()
    let client = Client(try await RunningHub(root: repositories.root))
    var pack = RawPack()
    var tree = pack.add(tree: [Entry("100644", "f", pack.add(.blob, []))])
    for _ in 0..<levels { tree = pack.add(tree: [Entry("40000", "d", tree)]) }
    let commit = pack.add(commit: tree)
    let said = try await PushedTreeTests.push(pack, commit, client)
    #expect(!said.contains("ok \(PushedTreeTests.reference)"), "\(said)")
  }

  @Test func `a bomb that somebody put there by hand hurts nobody`() async throws {
    let repositories = try TestRepositories()
    let client = Client(try await RunningHub(root: repositories.root))
    var pack = RawPack()
    let tree = Self.wideTree(&pack)
    let commits = [pack.add(commit: tree), pack.add(commit: tree, parents: [repositories.commits[4]])]
    let path = try repositories.directory.write(pack.bytes, to: "bomb.pack")
    let git = try await GitUser()
    let repository = repositories.root + "/models/acme/euler.git"
    try await git.git("-C", repository, "index-pack", "--stdin", input: pack.bytes)
    for (name, commit) in zip(["refs/heads/bomb", "refs/pr/2"], commits) {
      try await git.git("-C", repository, "update-ref", name, commit)
    }
    _ = path
    for (path, status) in [
      ("/api/models/acme/euler/revision/bomb", 422), ("/api/models/acme/euler/tree/bomb?recursive=1", 200),
      ("/api/models/acme/euler/tree/bomb?recursive=1&expand=1", 200),
      ("/acme/euler/resolve/bomb/0/1/2/3/4/5/6/7/8/9", 200),
      ("/api/models/acme/euler/commits/bomb", 200), ("/api/models/acme/euler/refs", 200),
      ("/api/models/acme/euler", 200),
    ] { #expect(try await client.get(path).status == status, "\(path)") }
    // Neither a commit on top of it nor one beside it looks at all of it.
    for (branch, status) in [("bomb", 200), ("main", 200), ("refs%2Fpr%2F2", 200)] {
      let answer = try await client.send(
        .post, "/api/models/acme/euler/commit/\(branch)", token: RunningHub.Tokens.writer,
        body: CommitAttackTests.body(CommitAttackTests.file("0/1/2/new.txt", "x")))
      #expect(answer.status == status, "\(branch): \(answer.text)")
    }
    let clone = try await git.run(["ls-remote", client.hub.remote("acme/euler", nil)], in: ".", input: [])
    #expect(clone.status == 0)
  }

  @Test func `a pull request with a bomb in it cannot be compared or merged`() async throws {
    let repositories = try TestRepositories()
    let client = Client(try await RunningHub(root: repositories.root))
    let body = CommitAttackTests.body(CommitAttackTests.file("new.txt", "x"))
    let opened = try await client.send(
      .post, "/api/models/acme/euler/commit/main?create_pr=1", token: RunningHub.Tokens.writer, body: body)
    #expect(opened.status == 200, "\(opened.text)")
    var pack = RawPack()
    let tree = Self.wideTree(&pack)
    let commit = pack.add(commit: tree, parents: [repositories.commits[3]])
    let git = try await GitUser()
    let repository = repositories.root + "/models/acme/euler.git"
    try await git.git("-C", repository, "index-pack", "--stdin", input: pack.bytes)
    try await git.git("-C", repository, "update-ref", "refs/pr/2", commit)
    let details = try await client.get("/api/models/acme/euler/discussions/2?diff=1")
    #expect(details.status == 422, "\(details.text)")
    let merge = try await client.send(
      .post, "/api/models/acme/euler/discussions/2/merge", token: RunningHub.Tokens.writer,
      body: .bytes(Array("{}".utf8)))
    #expect(merge.status == 422, "\(merge.text)")
    #expect(try repositories.open("models/acme/euler").head() == repositories.commits.last)
  }

  /// Objects that inflate, or are put together, to much more than was sent.
  static let packs: [(String, @Sendable (inout RawPack) -> Void)] = [
    ("one of 400 MB", { pack in pack.add(zeros: 400 << 20) }),
    (
      "a difference that makes 4 GB of 9 MB",
      { pack in
        let (base, length) = (pack.offset, pack.add(zeros: 9 << 20))
        pack.add(copies: Array(repeating: (0, 9 << 20), count: 450), ofObjectAt: base, length: length)
      }
    ),
    (
      "a chain of them, each ten times its base",
      { pack in
        var (base, length) = (pack.offset, 1000)
        pack.add(.blob, [UInt8](repeating: 1, count: length))
        for _ in 0..<8 {
          let next = pack.offset
          let piece = min(length, 16 << 20 - 1)
          pack.add(copies: Array(repeating: (0, piece), count: 10), ofObjectAt: base, length: length)
          (base, length) = (next, 10 * piece)
        }
      }
    ),
    (
      "a short one of a base of 400 MB",
      { pack in
        let (base, length) = (pack.offset, pack.add(zeros: 400 << 20))
        pack.add(copies: [(0, 130)], ofObjectAt: base, length: length)
      }
    ),
  ]

  @Test(arguments: packs.indices)
  func `what inflates without measure is refused, and others are served meanwhile`(index: Int) async throws {
    let repositories = try TestRepositories()
    let client = Client(try await RunningHub(root: repositories.root) { $0.limits.gitMemory = 256 << 20 })
    var pack = RawPack()
    Self.packs[index].1(&pack)
    let tree = pack.add(tree: [Entry("100644", "f", pack.add(.blob, []))])
    let commit = pack.add(commit: tree)
    let bomb = pack
    async let said = PushedTreeTests.push(bomb, commit, client)
    for _ in 0..<20 { #expect(try await client.get("/acme/euler/resolve/main/README.md").status == 200) }
    #expect(!(try await said).contains("ok \(PushedTreeTests.reference)"), "\(Self.packs[index].0)")
    let repository = repositories.root + "/models/acme/euler.git"
    try await repositories.expectSound("models/acme/euler", GitUser())
    let left = try FileManager.default.contentsOfDirectory(atPath: repository + "/objects")
    #expect(left.allSatisfy { !$0.contains("tmp") && !$0.contains("incoming") })
  }
}

extension RawPack.Entry {
  fileprivate init(_ other: RawPack.Entry, named name: String) { self.init(other.mode, name, other.id) }
}
