import HubGit
import HubModel
import TestSupport
import Testing

@Suite struct RevisionTests {
  @Test func `every form of revision finds its commit`() async throws {
    let bench = try Bench()
    let first = try bench.commit(["a": "1"])
    let second = try bench.commit(["a": "2"])
    try await bench.git("tag", "light", first.hex)
    try await bench.git("tag", "-a", "heavy", first.hex, "-m", "A tag")
    try await bench.git("branch", "feature/x", first.hex)
    try await bench.git("update-ref", "refs/pr/7", first.hex)
    try await bench.git("update-ref", "refs/convert/parquet", first.hex)
    try await bench.git("tag", "blob", try await bench.git("rev-parse", "main:a"))
    let repository = try bench.open()
    for (name, commit) in [
      ("main", second), ("HEAD", second), ("light", first), ("heavy", first), ("feature/x", first),
      ("refs/pr/7", first), ("pr/7", first), ("refs/convert/parquet", first), ("refs/heads/main", second),
      (first.hex, first), (String(first.hex.prefix(7)), first), (String(first.hex.prefix(39)), first),
    ] {
      #expect(try repository.commit(of: try Revision(name)) == commit, "\(name)")
    }
    for name in ["nothing", "refs/heads", "refs/pr/8", String(repeating: "0", count: 40), "dead", "blob", "abc"] {
      let error = #expect(throws: HubError.self) { try bench.open().commit(of: try Revision(name)) }
      #expect(error?.code == .revisionNotFound, "\(name)")
    }
    #expect(
      try repository.references().map(\.name) == [
        "refs/convert/parquet", "refs/heads/feature/x", "refs/heads/main", "refs/pr/7", "refs/tags/heavy",
        "refs/tags/light",
      ])
  }

  @Test func `what git packs is found as before`() async throws {
    let bench = try Bench()
    let commit = try bench.commit(["a": "1"])
    try await bench.git("tag", "-a", "heavy", "-m", "A tag")
    try await bench.git("gc")
    let repository = try bench.open()
    #expect(try repository.commit(of: .main) == commit)
    #expect(try repository.commit(of: try Revision("heavy")) == commit)
  }

  @Test func `an empty repository has no head`() throws {
    let bench = try Bench()
    #expect(try bench.open().head() == nil)
    #expect(try bench.open().references() == [])
  }

  @Test func `no repository is an error of its own`() throws {
    let bench = try Bench()
    for path in ["/nowhere", bench.directory.path] {
      let error = #expect(throws: HubError.self) { _ = try GitRepository(bareAt: path) }
      #expect(error?.code == .repositoryNotFound)
    }
  }

  @Test func `settings are those of the repository's own file`() async throws {
    let bench = try Bench()
    try await bench.git("config", "hub.private", "true")
    try await bench.git("config", "--add", "hub.reader", "ada")
    try await bench.git("config", "--add", "hub.reader", "bob")
    let repository = try bench.open()
    try repository.set("hub.gated", to: "manual")
    #expect(try repository.settings("hub.private") == ["true"])
    #expect(try repository.settings("hub.reader") == ["ada", "bob"])
    #expect(try repository.settings("hub.nothing") == [])
    #expect(try await bench.git("config", "hub.gated") == "manual")
  }

  @Test func `the history is read backwards`() throws {
    let bench = try Bench()
    try bench.commit(["a": "1", "d/x": "1"], message: "One\n\nWords", time: 1_700_000_001)
    try bench.commit(["b": "1"], message: "Two", time: 1_700_000_002)
    let head = try bench.commit(["d/x": "2"], message: "Three", time: 1_700_000_003)
    let repository = try bench.open()
    #expect(try repository.history(of: head, count: 10).map(\.title) == ["Three", "Two", "One"])
    #expect(try repository.history(of: head, skipping: 1, count: 1).map(\.title) == ["Two"])
    let last = try #require(try repository.history(of: head, skipping: 2, count: 1).first)
    #expect((last.message, last.author, last.time) == ("Words", "Ada", 1_700_000_001))
    let entries = try #require(try repository.entries(in: head, recursive: true))
    let changes = try repository.lastChanges(of: entries, in: head)
    let titles = Dictionary(uniqueKeysWithValues: changes.map { ($0.key.text, $0.value.title) })
    #expect(titles == ["a": "One", "b": "Two", "d": "Three", "d/x": "Three"])
  }
}
