import Foundation
import HubCache
import HubModel
import TestSupport
import Testing

/// One cache, two clients: what either writes, the other finds.
@Suite struct SharedCacheTests {
  static let pythons = [Layout.Python.hub036, .hubNewest]
  static let commit = SampleCache.commit("c")
  static let contents: [(file: String, bytes: [UInt8], inLFS: Bool)] = [
    ("config.json", Array(#"{"a": 1}"#.utf8), false), ("copy.json", Array(#"{"a": 1}"#.utf8), false),
    ("unet/deep/er/weights.bin", (0..<20).flatMap { _ in (0...255).map { UInt8($0) } }, true), ("empty.txt", [], false),
  ]

  static func sample(copies: Bool = false) async throws -> SampleCache {
    let sample = try SampleCache(copies: copies)
    for (file, bytes, inLFS) in contents {
      try await sample.publish(bytes, as: file, at: commit, inLFS: inLFS)
    }
    try sample.cache.record(.main, is: commit)
    try sample.cache.record(Revision("refs/pr/1"), is: commit)
    try sample.cache.recordAbsence(of: RepositoryPath("unet/missing.json"), at: commit)
    let entries = try contents.map { file, bytes, inLFS in
      SnapshotListing.Entry(
        path: try RepositoryPath(file), etag: SampleCache.etag(of: bytes, inLFS: inLFS), size: Int64(bytes.count),
        gitBlob: SampleCache.etag(of: bytes).hex)
    }
    try sample.cache.record(listing: SnapshotListing(entries), of: commit)
    return sample
  }

  static let reader = """
    import json, os, sys
    from huggingface_hub import hf_hub_download, scan_cache_dir, snapshot_download, try_to_load_from_cache
    from huggingface_hub.file_download import _CACHED_NO_EXIST
    cache = sys.argv[1]
    found = {"paths": {}}
    for file in ["config.json", "unet/deep/er/weights.bin", "empty.txt", "copy.json"]:
        path = hf_hub_download("org/model", file, cache_dir=cache, local_files_only=True)
        assert path == try_to_load_from_cache("org/model", file, cache_dir=cache), path
        assert path == try_to_load_from_cache("org/model", file, cache_dir=cache, revision="refs/pr/1"), path
        found["paths"][file] = path
    found["absent"] = try_to_load_from_cache("org/model", "unet/missing.json", cache_dir=cache) is _CACHED_NO_EXIST
    found["unknown"] = try_to_load_from_cache("org/model", "unet/unknown.json", cache_dir=cache) is None
    found["snapshot"] = snapshot_download("org/model", cache_dir=cache, local_files_only=True)
    scan = scan_cache_dir(cache)
    found["warnings"] = [str(warning) for warning in scan.warnings]
    [repository] = scan.repos
    [revision] = repository.revisions
    found["refs"] = sorted(revision.refs)
    found["files"] = sorted(str(f.file_path.relative_to(revision.snapshot_path)) for f in revision.files)
    found["size"] = repository.size_on_disk
    found["id"] = f"{repository.repo_type} {repository.repo_id}"
    print(json.dumps(found))
    """

  struct Found: Decodable {
    var paths: [String: String], absent: Bool, unknown: Bool, snapshot: String, warnings: [String]
    var refs: [String], files: [String], size: Int64, id: String
  }

  @Test(arguments: pythons, [false, true])
  func `Python finds what we published`(python: Layout.Python, copies: Bool) async throws {
    let sample = try await Self.sample(copies: copies)
    let found = try JSONDecoder().decode(
      Found.self, from: Data(try await python.run(Self.reader, [sample.layout.root]).utf8))
    for (file, bytes, _) in Self.contents {
      let path = try #require(found.paths[file])
      #expect(path == sample.cache.path(of: try RepositoryPath(file), at: Self.commit))
      #expect(FileManager.default.contents(atPath: path) == Data(bytes))
    }
    #expect(found.absent && found.unknown)
    #expect(found.snapshot == sample.layout.snapshot(Self.commit, of: sample.repository))
    // 0.36 is older than the mark, and says so of every cache that a newer client has used.
    #expect(found.warnings.filter { !$0.hasSuffix("/CACHEDIR.TAG") } == [])
    #expect(found.refs == ["main", "refs/pr/1"])
    #expect(found.files == Self.contents.map(\.file).sorted())
    #expect(found.size == (copies ? 5136 : 5128))
    #expect(found.id == "model org/model")
  }

  static let writer =
    pythonHub + """
      serve()
      from huggingface_hub import hf_hub_download, snapshot_download
      cache = sys.argv[1]
      for file in ["config.json", "unet/deep/er/weights.bin"]:
          hf_hub_download("org/model", file, cache_dir=cache)
      try:
          hf_hub_download("org/model", "unet/missing.json", cache_dir=cache)
      except Exception as error:
          assert type(error).__name__ in ("EntryNotFoundError", "RemoteEntryNotFoundError"), error
      hf_hub_download("org/model", "copy.json", cache_dir=cache, revision="refs/pr/1")
      snapshot_download("org/model", cache_dir=cache)
      """

  @Test(arguments: pythons, [false, true])
  func `we find what Python fetched`(python: Layout.Python, copies: Bool) async throws {
    let sample = try SampleCache()
    let environment = copies ? ["HF_HUB_DISABLE_SYMLINKS": "1", "HF_HUB_DISABLE_SYMLINKS_WARNING": "1"] : [:]
    _ = try await python.run(Self.writer, [sample.layout.root], environment: environment)
    for revision in [Revision.main, try Revision("refs/pr/1"), Revision(Self.commit)] {
      #expect(sample.cache.commit(of: revision) == Self.commit)
      for (file, bytes, _) in Self.contents {
        #expect(try sample.bytes(of: file, revision) == bytes, "\(file) at \(revision)")
      }
    }
    let missing = try sample.cache.local(RepositoryPath("unet/missing.json"), .main)
    #expect(missing.absent == [Self.commit])
    #expect(try sample.cache.commits() == [Self.commit])
    if python == .hubNewest {
      let listing = try #require(sample.cache.listing(of: Self.commit))
      #expect(listing.entries.map(\.path.text) == Self.contents.map(\.file).sorted())
      #expect(
        Set(listing.entries.map(\.etag)) == Set(Self.contents.map { SampleCache.etag(of: $0.bytes, inLFS: $0.inLFS) }))
    }
    guard !copies else { return }
    for (file, bytes, inLFS) in Self.contents {
      let etag = SampleCache.etag(of: bytes, inLFS: inLFS)
      #expect(try sample.cache.content(etag, size: Int64(bytes.count), of: RepositoryPath(file)) == .whole)
      let pointer = sample.cache.path(of: try RepositoryPath(file), at: Self.commit)
      #expect(
        try FileManager.default.destinationOfSymbolicLink(atPath: pointer)
          == CacheLayout.pointerTarget(try RepositoryPath(file), etag))
    }
  }

  @Test(arguments: [[UInt8](), [1, 2], Array(#"{"a": 2}"#.utf8)])
  func `a copy that is not what its commit has is not given out`(bytes: [UInt8]) async throws {
    let sample = try await Self.sample(copies: true)
    #expect(try sample.bytes(of: "config.json") == Array(#"{"a": 1}"#.utf8))
    let path = sample.cache.path(of: try RepositoryPath("config.json"), at: Self.commit)
    try Data(bytes).write(to: URL(filePath: path))
    #expect(try sample.bytes(of: "config.json") == nil)
    try await sample.publish(Array(#"{"a": 1}"#.utf8), as: "config.json", at: Self.commit)
    #expect(try sample.bytes(of: "config.json") == Array(#"{"a": 1}"#.utf8))
  }

  @Test func `the newest Python misses by name what a listing says is missing`() async throws {
    let sample = try await Self.sample()
    try FileManager.default.removeItem(atPath: sample.cache.path(of: try RepositoryPath("empty.txt"), at: Self.commit))
    let script = """
      import sys
      from huggingface_hub import snapshot_download
      try:
          snapshot_download("org/model", cache_dir=sys.argv[1], local_files_only=True)
      except Exception as error:
          print(type(error).__name__, "empty.txt" in str(error) or getattr(error, "snapshot_path", ""))
      """
    let text = try await Layout.Python.hubNewest.run(script, [sample.layout.root])
    #expect(text.hasPrefix("IncompleteSnapshotError "), "\(text)")
  }

  @Test(arguments: ["", "flipped", "cut", "foreign"])
  func `a content in the store of the whole cache is found behind two links, and checked`(harm: String) async throws {
    let sample = try await Self.sample()
    let (file, bytes, _) = Self.contents[2]
    let etag = SampleCache.etag(of: bytes, inLFS: true)
    let blob = sample.layout.blob(etag, of: sample.repository)
    let xet = String(repeating: "e", count: 64)
    try sample.directory.write(Array("1\n".utf8), to: "hub/blobs/.huggingface-shared-blobs")
    let content = harm == "flipped" ? [bytes[0] ^ 1] + bytes[1...] : harm == "cut" ? Array(bytes.prefix(2)) : bytes
    try sample.directory.write(content, to: harm == "foreign" ? "elsewhere/blobs/ee/\(xet)" : "hub/blobs/ee/\(xet)")
    try FileManager.default.removeItem(atPath: blob)
    let target = harm == "foreign" ? "../../../elsewhere/blobs/ee/\(xet)" : "../../blobs/ee/\(xet)"
    try FileManager.default.createSymbolicLink(atPath: blob, withDestinationPath: target)
    #expect(try sample.bytes(of: file) == (harm.isEmpty ? bytes : nil))
    let found = try sample.cache.content(etag, size: Int64(bytes.count), of: RepositoryPath(file))
    #expect(found == (harm.isEmpty ? .whole : .none))
  }

  @Test(arguments: pythons) func `our lock keeps Python out, and Python's keeps us out`(python: Layout.Python)
    async throws
  {
    let sample = try SampleCache()
    let path = sample.cache.lockPath(SampleCache.etag(of: []), of: try RepositoryPath("a"))
    let script = """
      import sys
      from huggingface_hub.utils import WeakFileLock
      try:
          with WeakFileLock(sys.argv[1], timeout=0.3):
              print("free")
      except Exception as error:
          print("held")
      """
    do {
      let lock = try #require(try FileLock.attempt(path))
      #expect(try await python.run(script, [path]) == "held\n")
      withExtendedLifetime(lock) {}
    }
    #expect(try await python.run(script, [path]) == "free\n")
    let holder = try #require(python.interpreter, "run 'make venvs'")
    let program = Program(
      holder,
      [
        "-c",
        """
        import sys, time
        from huggingface_hub.utils import WeakFileLock
        with WeakFileLock(sys.argv[1]):
            print("holding", flush=True)
            time.sleep(60)
        """, path,
      ])
    let running = try program.start()
    _ = try await running.line { $0 == "holding" ? true : nil }
    #expect(try FileLock.attempt(path) == nil)
    // A process that is killed holds nothing.
    running.signal(SIGKILL)
    _ = try await FileLock.wait(path, patience: 30)
  }
}
