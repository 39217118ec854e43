import Foundation
import HubCache
import HubModel
import TestSupport
import Testing

@Suite struct EvictionTests {
  static let first = ScanTests.first, second = ScanTests.second

  func remains(_ sample: SampleCache) throws -> Set<String> {
    let names = try sample.directory.listing().filter { !$0.hasPrefix("hub/.locks") && !$0.hasSuffix("CACHEDIR.TAG") }
    return Set(
      names.filter { name in
        var status = stat()
        return lstat(sample.directory.appending(name), &status) == 0 && status.st_mode & S_IFMT != S_IFDIR
      })
  }

  func blob(_ text: String, inLFS: Bool = false) -> String {
    "hub/models--org--model/blobs/" + SampleCache.etag(of: Array(text.utf8), inLFS: inLFS).hex
  }

  @Test func `a revision goes with what is only its own, and the plan says so before anything goes`() async throws {
    let sample = try await ScanTests.sample()
    let before = try remains(sample)
    let eviction = Eviction(removing: [.revision(Self.second)], from: try CacheScan(sample.layout))
    #expect(eviction.size == 5)
    #expect(eviction.revisionCount == 1 && eviction.repositories == [])
    #expect(try remains(sample) == before)
    let outcome = eviction.execute()
    #expect(outcome.kept.isEmpty && outcome.size == 5)
    let snapshot = "hub/models--org--model/snapshots/\(Self.second.hex)"
    let gone: Set = [
      "\(snapshot)/config.json", "\(snapshot)/copy.json", "\(snapshot)/a/weights.bin", blob("newer", inLFS: true),
      "hub/models--org--model/refs/main", "hub/models--org--model/refs/refs/pr/1",
    ]
    #expect(try remains(sample) == before.subtracting(gone))
    #expect(try sample.bytes(of: "config.json", Revision(Self.first)) == Array("shared".utf8))
  }

  @Test(arguments: [Layout.Python.hubNewest]) func `what goes with a revision is what goes in Python`(
    python: Layout.Python
  ) async throws {
    let script = """
      import sys
      from huggingface_hub import scan_cache_dir
      strategy = scan_cache_dir(sys.argv[1]).delete_revisions(*sys.argv[2:])
      print(strategy.expected_freed_size)
      strategy.execute()
      """
    for commits in [[Self.second], [Self.first], [Self.first, Self.second]] {
      let (ours, theirs) = (try await ScanTests.sample(), try await ScanTests.sample())
      let eviction = Eviction(removing: commits.map { .revision($0) }, from: try CacheScan(ours.layout))
      let size = try await python.run(script, [theirs.layout.root] + commits.map(\.hex))
      #expect("\(eviction.size - (commits.count == 2 ? 2 : 0))\n" == size)
      #expect(eviction.execute().kept.isEmpty)
      #expect(try remains(ours) == remains(theirs))
    }
  }

  @Test func `a repository goes as a whole, its rest of a download too`() async throws {
    let sample = try await ScanTests.sample()
    let eviction = Eviction(removing: [.repository(sample.repository)], from: try CacheScan(sample.layout))
    #expect(eviction.repositories == [sample.repository])
    #expect(eviction.execute().kept.isEmpty)
    #expect(!FileManager.default.fileExists(atPath: sample.layout.folder(of: sample.repository)))
    #expect(try CacheScan(sample.layout).repositories.map(\.id.name) == ["data"])
  }

  @Test func `a file goes, its content only with the last file that has it`() async throws {
    let sample = try await ScanTests.sample()
    let (config, copy) = (try RepositoryPath("config.json"), try RepositoryPath("copy.json"))
    let one = Eviction(removing: [.file(sample.repository, config, nil)], from: try CacheScan(sample.layout))
    #expect(one.steps.map(\.kind) == [.file, .file] && one.size == 0)
    #expect(one.execute().kept.isEmpty)
    let last = Eviction(removing: [.file(sample.repository, copy, Self.second)], from: try CacheScan(sample.layout))
    #expect(last.steps.map(\.kind) == [.file, .content] && last.size == 6)
    #expect(last.execute().kept.isEmpty)
    #expect(try !remains(sample).contains(blob("shared")))
    // With its last file a revision goes.
    let weights = try RepositoryPath("a/weights.bin")
    let rest = Eviction(removing: [.file(sample.repository, weights, Self.first)], from: try CacheScan(sample.layout))
    #expect(rest.revisionCount == 1)
  }

  @Test func `a commit goes from every repository that has it, or from one`() async throws {
    let sample = try await ScanTests.sample()
    let twin = RepositoryCache(sample.layout, try RepositoryID("org/copy"))
    try await SampleCache.publish(Array("twin".utf8), as: "x", at: Self.first, in: twin)
    let scan = try CacheScan(sample.layout)
    #expect(Eviction(removing: [.revision(Self.first)], from: scan).revisionCount == 2)
    #expect(
      Eviction(removing: [.revision(Self.first, of: twin.repository)], from: scan).repositories == [twin.repository])
  }

  @Test func `what is not there is said`() async throws {
    let sample = try await ScanTests.sample()
    let targets: [Eviction.Target] = [
      .repository(try RepositoryID("a/b")), .revision(SampleCache.commit("f")),
      .file(sample.repository, try RepositoryPath("no"), nil),
    ]
    let eviction = Eviction(removing: targets, from: try CacheScan(sample.layout))
    #expect(eviction.unknown == targets && eviction.isEmpty)
  }

  @Test func `pruning removes what nobody needs`() async throws {
    let sample = try await ScanTests.sample()
    try sample.directory.write(Array("orphan".utf8), to: blob("orphan"))
    let before = try remains(sample)
    let eviction = Eviction(pruning: try CacheScan(sample.layout))
    #expect(eviction.size == 3 + 2 + 6)
    #expect(eviction.execute().kept.isEmpty)
    let snapshot = "hub/models--org--model/snapshots/\(Self.first.hex)"
    let gone = before.filter {
      $0.hasPrefix(snapshot) || $0.hasSuffix(".incomplete") || $0 == blob("orphan") || $0 == blob("old", inLFS: true)
    }
    #expect(gone.count == 5)
    #expect(try remains(sample) == before.subtracting(gone))
    #expect(Eviction(pruning: try CacheScan(sample.layout)).isEmpty)
  }

  @Test func `what a living process is fetching stays`() async throws {
    let sample = try await ScanTests.sample()
    let path = sample.cache.lockPath(SampleCache.etag(of: Array("to come".utf8)), of: try RepositoryPath("y"))
    for eviction in [
      Eviction(pruning: try CacheScan(sample.layout)),
      Eviction(removing: [.repository(sample.repository)], from: try CacheScan(sample.layout)),
    ] {
      let lock = try #require(try FileLock.attempt(path))
      let outcome = eviction.execute()
      #expect(outcome.kept.map(\.step.kind) == [.leftover])
      #expect(outcome.kept.first?.reason.code == .conflict)
      #expect(try CacheScan(sample.layout).leftovers.count == 1)
      withExtendedLifetime(lock) {}
    }
  }

  @Test func `what a writer is about to put in its place stays, and what one has left goes`() async throws {
    let sample = try await ScanTests.sample()
    try sample.directory.write([1], to: blob("x") + "0.incomplete")
    let writer = try #require(try FileLock.attempt(sample.directory.appending(blob("x") + "0.incomplete")))
    try FileManager.default.createSymbolicLink(
      atPath: sample.directory.appending(blob("y") + "1.incomplete"), withDestinationPath: "../../nowhere")
    let outcome = Eviction(pruning: try CacheScan(sample.layout)).execute()
    #expect(outcome.kept.map(\.step.path) == [sample.directory.appending(blob("x") + "0.incomplete")])
    #expect(try CacheScan(sample.layout).leftovers.count == 1)
    withExtendedLifetime(writer) {}
  }

  @Test func `a content of the shared store goes with its last user`() async throws {
    let sample = try await ScanTests.sample()
    let xet = String(repeating: "e", count: 64)
    try sample.directory.write(Array("1\n".utf8), to: "hub/blobs/.huggingface-shared-blobs")
    try sample.directory.write(Array("newer".utf8), to: "hub/blobs/ee/\(xet)")
    try sample.directory.write(Array("x".utf8), to: "hub/blobs/ee/\(xet).refs")
    let link = sample.directory.appending(blob("newer", inLFS: true))
    try FileManager.default.removeItem(atPath: link)
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "../../blobs/ee/\(xet)")
    let scan = try CacheScan(sample.layout)
    #expect(scan.sharedContents.map(\.users) == [[link]])
    #expect(Eviction(removing: [.revision(Self.first)], from: scan).steps.allSatisfy { $0.kind != .sharedContent })
    let eviction = Eviction(removing: [.revision(Self.second)], from: scan)
    #expect(eviction.size == 5)
    #expect(eviction.execute().kept.isEmpty)
    #expect(try !remains(sample).contains { $0.hasSuffix(xet) || $0.hasSuffix(".refs") })
  }

  @Test(arguments: ["refs", "snapshots", "blobs"]) func `nothing goes behind a link`(name: String) async throws {
    let sample = try await ScanTests.sample()
    let outside = try TemporaryDirectory()
    let folder = sample.layout.folder(of: sample.repository) + "/" + name
    try FileManager.default.removeItem(atPath: outside.path)
    try FileManager.default.moveItem(atPath: folder, toPath: outside.path)
    try FileManager.default.createSymbolicLink(atPath: folder, withDestinationPath: outside.path)
    let before = try outside.listing()
    _ = Eviction(pruning: try CacheScan(sample.layout)).execute()
    _ = Eviction(removing: [.repository(sample.repository)], from: try CacheScan(sample.layout)).execute()
    #expect(try outside.listing() == before)
  }
}
