import Foundation
import HubGit
import HubModel
import Testing

/// Trees as no honest git writes them, object by object.
@Suite struct HostileTreeTests {
  /// A line of a tree object.
  struct Entry: Sendable {
    var mode: String
    var name: [UInt8]
    var id: String

    init(_ mode: String, _ name: String, _ id: String) {
      (self.mode, self.name, self.id) = (mode, Array(name.utf8), id)
    }

    /// A file.
    init(_ name: String, _ id: String) { self.init("100644", name, id) }

    var bytes: [UInt8] {
      let digits = Array(id.utf8)
      let raw = stride(from: 0, to: digits.count, by: 2).map { index in
        UInt8(String(decoding: digits[index..<index + 2], as: UTF8.self), radix: 16) ?? 0
      }
      return Array("\(mode) ".utf8) + name + [0] + raw
    }
  }

  /// Writes a tree object as it is given and answers its hash.
  static func tree(_ entries: [Entry], in bench: Bench) async throws -> String {
    try await bench.git("hash-object", "-t", "tree", "--literally", "-w", "--stdin", input: entries.flatMap(\.bytes))
  }

  /// Points `main` to a commit of the tree.
  static func commit(_ tree: String, in bench: Bench) async throws -> CommitID {
    let commit = try await bench.git("commit-tree", tree, "-m", "x")
    try await bench.git("update-ref", "refs/heads/main", commit)
    return try #require(CommitID(commit))
  }

  static func blob(_ text: String, in bench: Bench) async throws -> String {
    try await bench.git("hash-object", "-w", "--stdin", input: Array(text.utf8))
  }

  @Test func `a hostile name is neither listed nor found, nor what is below it`() async throws {
    let bench = try Bench()
    let blob = try await Self.blob("x", in: bench)
    let inner = try await Self.tree([Entry("f", blob)], in: bench)
    let names = [
      "..", ".", "../x", "/tmp/x", ".git", ".GIT", "git~1", ".g\u{200C}it", ".git::$INDEX_ALLOCATION", "a\\b",
      "new\nline", "esc\u{1B}", String(repeating: "n", count: 300), "C:x", ".git ", "a/b",
    ]
    var entries = names.flatMap { [Entry($0, blob), Entry("40000", $0, inner)] }
    var invalid = Entry("", blob)
    invalid.name = [0x66, 0xFF]
    entries += [invalid, Entry("good", blob)]
    let commit = try await Self.commit(try await Self.tree(entries, in: bench), in: bench)
    let repository = try bench.open()
    let found = try repository.entries(in: commit, recursive: true)
    #expect(found?.map(\.path.text) == ["good"])
    #expect(try repository.entry(at: RepositoryPath("a/b"), in: commit) == nil)
  }

  @Test func `links are small files, submodules are nothing, a name counts once`() async throws {
    let bench = try Bench()
    let target = try await Self.blob("/etc/passwd", in: bench)
    let inner = try await Self.tree([Entry("f", target)], in: bench)
    let root = try await Self.tree(
      [
        Entry("120000", "d", target), Entry("40000", "d", inner), Entry("160000", "module", target),
        Entry("100755", "run", target), Entry("100666", "odd", target),
      ], in: bench)
    let commit = try await Self.commit(root, in: bench)
    let repository = try bench.open()
    let entries = try #require(try repository.entries(in: commit, recursive: true))
    #expect(entries.map(\.path.text) == ["d", "run", "odd"])
    #expect(entries.map(\.kind) == [.link, .file, .file])
    #expect(try repository.bytes(of: entries[0].id, limit: 100) == Array("/etc/passwd".utf8))
    #expect(try repository.entry(at: RepositoryPath("module"), in: commit) == nil)
  }

  @Test func `a tree of ten thousand million entries ends at the limit`() async throws {
    let bench = try Bench()
    var id = try await Self.blob("x", in: bench)
    for level in 0..<10 {
      let mode = level == 0 ? "100644" : "40000"
      id = try await Self.tree((0..<10).map { Entry(mode, "\($0)", id) }, in: bench)
    }
    let commit = try await Self.commit(id, in: bench)
    let error = #expect(throws: HubError.self) {
      try bench.open().entries(in: commit, recursive: true, limits: TreeLimits(entries: 20_000))
    }
    #expect(error?.code == .limitExceeded)
    #expect(try bench.open().entries(in: commit, recursive: true, count: 7)?.count == 7)
    #expect(try bench.open().entry(at: RepositoryPath("9/9/9/9/9/9/9/9/9/9"), in: commit) != nil)
  }

  @Test func `trees deeper than a path may be are cut off`() async throws {
    let bench = try Bench()
    var id = try await Self.blob("x", in: bench)
    for level in 0..<300 { id = try await Self.tree([Entry(level == 0 ? "100644" : "40000", "d", id)], in: bench) }
    let commit = try await Self.commit(id, in: bench)
    #expect(try bench.open().entries(in: commit, recursive: true)?.count == 64)
  }

  @Test func `a directory too long to read is refused before it is read`() async throws {
    let bench = try Bench()
    let blob = try await Self.blob("x", in: bench)
    let root = try await Self.tree((0..<1000).map { Entry("file-\($0)", blob) }, in: bench)
    let commit = try await Self.commit(root, in: bench)
    let limits = TreeLimits(bytesPerDirectory: 10_000)
    let list = #expect(throws: HubError.self) {
      try bench.open().entries(in: commit, recursive: false, limits: limits)
    }
    let find = #expect(throws: HubError.self) {
      try bench.open().entry(at: RepositoryPath("file-1"), in: commit, limits: limits)
    }
    #expect(list?.code == .limitExceeded && find?.code == .limitExceeded)
  }

  @Test func `commits and tags are followed within bounds`() async throws {
    let bench = try Bench()
    let first = try bench.commit(["a": "1"])
    var target = first.hex
    for level in 0..<10 {
      let kind = level == 0 ? "commit" : "tag"
      let tag = "object \(target)\ntype \(kind)\ntag t\(level)\ntagger x <x@x> 1700000000 +0000\n\nx\n"
      target = try await bench.git("hash-object", "-t", "tag", "-w", "--stdin", input: Array(tag.utf8))
      try await bench.git("update-ref", "refs/tags/t\(level)", target)
    }
    let repository = try bench.open()
    #expect(try repository.commit(of: try Revision("t1")) == first)
    let error = #expect(throws: HubError.self) { try bench.open().commit(of: try Revision("t9")) }
    #expect(error?.code == .revisionNotFound)
    let tree = try await bench.git("rev-parse", "main^{tree}")
    let text = "tree \(tree)\nauthor x <x@x> 1 +0000\ncommitter x <x@x> 1 +0000\n\n"
    let long = Array(text.utf8) + [UInt8](repeating: 0x78, count: 5 << 20)
    let commit = try await bench.git("hash-object", "-t", "commit", "-w", "--stdin", input: long)
    let limit = #expect(throws: HubError.self) { try bench.open().details(of: try #require(CommitID(commit))) }
    #expect(limit?.code == .limitExceeded)
  }

  @Test func `objects that are missing, damaged or of another type are errors of the repository`() async throws {
    let bench = try Bench()
    let commit = try bench.commit(["a": "text", "d/b": "more"])
    let blob = try await bench.git("rev-parse", "main:a")
    let tree = try await bench.git("rev-parse", "main:d")
    let odd = try await Self.tree([Entry("file", tree), Entry("40000", "tree", blob)], in: bench)
    let other = try await Self.commit(odd, in: bench)
    for path in ["tree/x", "file"] {
      let error = #expect(throws: HubError.self) {
        let repository = try bench.open()
        guard let entry = try repository.entry(at: RepositoryPath(path), in: other) else { return }
        _ = try repository.bytes(of: entry.id, limit: 1000)
      }
      #expect(error?.code == .repository, "\(path)")
    }
    let object = bench.path + "/objects/\(blob.prefix(2))/\(blob.dropFirst(2))"
    try FileManager.default.removeItem(atPath: object)
    let repository = try bench.open()
    let entry = try #require(try repository.entry(at: RepositoryPath("a"), in: commit))
    let error = #expect(throws: HubError.self) { try bench.open().contents(of: [entry]) }
    #expect(error?.code == .repository)
  }
}
