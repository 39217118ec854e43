import HubGit
import HubModel
import Testing

@Suite struct CommitTests {
  @Test func `git sees what was committed`() async throws {
    let bench = try Bench()
    let commit = try bench.commit(["a/b/c.json": "{}\n", "top": "x"], message: "Add files\n\nWith words.")
    #expect(try await bench.git("rev-parse", "main") == commit.hex)
    #expect(try await bench.git("symbolic-ref", "HEAD") == "refs/heads/main")
    #expect(try await bench.git("ls-tree", "-r", "--name-only", "main") == "a/b/c.json\ntop")
    #expect(try await bench.git("show", "main:a/b/c.json") == "{}")
    #expect(
      try await bench.git("log", "--format=%an|%ae|%at|%s|%b", "main")
        == "Ada|ada@localhost|1700000000|Add files|With words.\n")
    #expect(try await bench.git("fsck", "--strict", "--no-dangling") == "")
  }

  @Test func `a commit changes what it names and nothing else`() async throws {
    let bench = try Bench()
    try bench.commit(["a/keep": "1", "a/gone": "2", "b/only": "3"])
    let next = try bench.open().commit(
      [
        try RepositoryPath("a/gone"): .deleted, try RepositoryPath("b/only"): .deleted,
        try RepositoryPath("c/d/e"): .file([]),
      ], message: "Move")
    #expect(try await bench.git("ls-tree", "-r", "--name-only", next.hex) == "a/keep\nc/d/e")
    #expect(try await bench.git("rev-list", "--count", "main") == "2")
  }

  @Test func `a folder goes as a whole, but for what is made in it`() async throws {
    let bench = try Bench()
    try bench.commit(["a/b/c": "1", "a/d": "2", "e": "3"])
    let folder = try RepositoryPath("a")
    try bench.open().commit([folder: .deleted, try RepositoryPath("a/b/new"): .file([])], message: "Replace")
    #expect(try await bench.git("ls-tree", "-r", "--name-only", "main") == "a/b/new\ne")
    try bench.open().commit([folder: .deleted], message: "Remove")
    #expect(try await bench.git("ls-tree", "-r", "--name-only", "main") == "e")
    #expect(try await bench.git("fsck", "--strict", "--no-dangling") == "")
  }

  @Test func `a ref moves only from where it was expected`() throws {
    let bench = try Bench()
    let first = try bench.commit(["a": "1"])
    let second = try bench.commit(["a": "2"])
    let path = try RepositoryPath("a")
    #expect(throws: HubError.self) { try bench.open().commit([path: .file([])], message: "Late", parent: first) }
    let repository = try bench.open()
    try repository.setReference("refs/heads/x", to: first, expecting: .absent)
    for (name, expected, code) in [
      ("refs/heads/x", ExpectedReference.absent, HubError.Code.conflict), ("refs/heads/x", .commit(second), .conflict),
      ("refs/heads/y", .commit(first), .conflict), ("refs/heads/a..b", .absent, .invalidArgument),
      ("refs/heads/../../x", .absent, .invalidArgument), ("HEAD", .absent, .invalidArgument),
    ] {
      let error = #expect(throws: HubError.self) {
        try bench.open().setReference(name, to: second, expecting: expected)
      }
      #expect(error?.code == code, "\(name)")
    }
    try repository.setReference("refs/heads/x", to: second, expecting: .commit(first))
    #expect(try repository.commit(ofReference: "refs/heads/x") == second)
  }

  @Test func `what is not there cannot be deleted`() throws {
    let bench = try Bench()
    let path = try RepositoryPath("a")
    let error = #expect(throws: HubError.self) { try bench.open().commit([path: .deleted], message: "x") }
    #expect(error?.code == .entryNotFound)
  }

  @Test func `sixteen commits at once lose none`() async throws {
    let bench = try Bench()
    try bench.commit(["start": ""])
    await withTaskGroup { group in
      for number in 0..<16 {
        group.addTask {
          try? await GitThreads.run { () throws(HubError) in  // a failure shows in the count below
            let path = try RepositoryPath("file-\(number)")
            for _ in 0..<1000 {
              do throws(HubError) {
                try bench.open().commit([path: .file([1])], message: "Add \(number)")
                return
              } catch  where error.code == .conflict {
                continue
              }
            }
          }
        }
      }
    }
    #expect(try await bench.git("rev-list", "--count", "main") == "17")
    #expect(try await bench.git("ls-tree", "--name-only", "main").split(separator: "\n").count == 17)
  }
}
