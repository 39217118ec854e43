import Foundation
import HubCache
import HubModel
import TestSupport
import Testing

@Suite struct ScanTests {
  static let first = SampleCache.commit("1"), second = SampleCache.commit("2")

  /// Two commits that share a content, a file in a folder, another repository, the rest of a download.
  static func sample(copies: Bool = false) async throws -> SampleCache {
    let sample = try SampleCache(copies: copies)
    try await sample.publish(Array("shared".utf8), as: "config.json", at: first)
    try await sample.publish(Array("old".utf8), as: "a/weights.bin", at: first, inLFS: true)
    try await sample.publish(Array("shared".utf8), as: "config.json", at: second)
    try await sample.publish(Array("shared".utf8), as: "copy.json", at: second)
    try await sample.publish(Array("newer".utf8), as: "a/weights.bin", at: second, inLFS: true)
    try sample.cache.record(.main, is: second)
    try sample.cache.record(Revision("refs/pr/1"), is: second)
    let other = RepositoryCache(sample.layout, try RepositoryID("data", kind: .dataset))
    try await SampleCache.publish(Array("12345678".utf8), as: "x", at: SampleCache.commit("3"), in: other)
    try other.record(.main, is: SampleCache.commit("3"))
    let etag = SampleCache.etag(of: Array("to come".utf8))
    try sample.cache.partial(etag, size: 7, of: RepositoryPath("y"), resuming: true).append(Array("to".utf8))
    return sample
  }

  struct Found: Decodable, Equatable {
    struct Revision: Decodable, Equatable { var commit: String, size: Int64, refs: [String], files: [String: Int64] }
    struct Repository: Decodable, Equatable {
      var id: String, size: Int64, contents: Int, revisions: [Revision], modified: Double, accessed: Double
    }
    var repositories: [Repository], size: Int64, leftovers: [String: Int64], warnings: Int

    init(_ scan: CacheScan) {
      repositories = scan.repositories.map { repository in
        Repository(
          id: "\(repository.id.kind) \(repository.id.name)", size: repository.size, contents: repository.contents.count,
          revisions: repository.revisions.map { revision in
            Revision(
              commit: revision.commit.hex, size: revision.size, refs: revision.refs,
              files: Dictionary(uniqueKeysWithValues: revision.files.map { ($0.path.text, $0.content.size) }))
          }, modified: repository.lastModified, accessed: repository.lastAccessed)
      }
      size = scan.size
      leftovers = Dictionary(uniqueKeysWithValues: scan.leftovers.map { ($0.path, $0.size) })
      warnings = scan.warnings.count
    }
  }

  static let scanner = """
    import json, sys
    from huggingface_hub import scan_cache_dir
    scan = scan_cache_dir(sys.argv[1])
    repositories = [{
        "id": f"{repo.repo_type} {repo.repo_id}", "size": repo.size_on_disk, "contents": repo.nb_files,
        "modified": repo.last_modified, "accessed": repo.last_accessed,
        "revisions": [{
            "commit": revision.commit_hash, "size": revision.size_on_disk, "refs": sorted(revision.refs),
            "files": {str(f.file_path.relative_to(revision.snapshot_path)): f.size_on_disk for f in revision.files},
        } for revision in sorted(repo.revisions, key=lambda revision: revision.commit_hash)],
    } for repo in sorted(scan.repos, key=lambda repo: (repo.repo_type, repo.repo_id))]
    leftovers = {str(f.file_path): f.size_on_disk for f in getattr(scan, "incomplete_files", [])}
    print(json.dumps({"repositories": repositories, "size": scan.size_on_disk, "leftovers": leftovers,
                      "warnings": len(scan.warnings)}))
    """

  @Test(arguments: [false, true]) func `a scan sees what Python's sees`(copies: Bool) async throws {
    let sample = try await Self.sample(copies: copies)
    let text = try await Layout.Python.hubNewest.run(Self.scanner, [sample.layout.root])
    let expected = try JSONDecoder().decode(Found.self, from: Data(text.utf8))
    var found = Found(try CacheScan(sample.layout))
    // Blobs that no link leads to are not Python's affair; here they take space, and `prune` removes them.
    if copies { found.size -= 6 + 3 + 5 }
    #expect(found == expected)
    #expect(expected.repositories.count == 2)
  }

  @Test func `what is wrong is a warning, and the rest is still seen`() async throws {
    let rows: [(name: String, reason: String, make: (SampleCache, String) throws -> Void)] = [
      ("stray", "is not a directory", { sample, name in try sample.directory.write([], to: "hub/\(name)") }),
      (
        "folder", "is not the folder of a repository",
        { sample, name in
          try sample.directory.write([], to: "hub/\(name)/x")
        }
      ),
      (
        "models--org--model/snapshots/file", "is not the snapshot of a commit",
        { sample, name in
          try sample.directory.write([], to: "hub/\(name)")
        }
      ),
      (
        "models--org--model/refs/gone", "refers to a commit without a snapshot",
        { sample, name in
          try sample.directory.write(Array(String(repeating: "f", count: 40).utf8), to: "hub/\(name)")
        }
      ),
      (
        "models--org--model/refs/main", "does not hold just a commit",
        { sample, name in
          try sample.directory.write(Array((Self.second.hex + "\n").utf8), to: "hub/\(name)")
        }
      ),
      (
        "models--org--model/refs", "is not a directory",
        { sample, name in
          try FileManager.default.removeItem(atPath: sample.directory.appending("hub/\(name)"))
          try sample.directory.write([], to: "hub/\(name)")
        }
      ),
      (
        "models--org--model/snapshots/\(Self.second.hex)/a/weights.bin", "leads to no content of the repository",
        { sample, name in
          let path = sample.directory.appending("hub/\(name)")
          let blob = sample.layout.blob(SampleCache.etag(of: Array("newer".utf8), inLFS: true), of: sample.repository)
          #expect(FileManager.default.fileExists(atPath: path))
          try FileManager.default.removeItem(atPath: blob)
        }
      ),
      (
        "models--org--model/snapshots/\(Self.second.hex)/link", "leads to no content of the repository",
        { sample, name in
          try FileManager.default.createSymbolicLink(
            atPath: sample.directory.appending("hub/\(name)"), withDestinationPath: "/etc/hostname")
        }
      ),
    ]
    for (name, reason, make) in rows {
      let sample = try await Self.sample()
      try make(sample, name)
      let scan = try CacheScan(sample.layout)
      let warnings = scan.warnings.filter { $0.path == sample.directory.appending("hub/\(name)") }
      #expect(warnings.map(\.reason) == [reason], "\(name)")
      #expect(scan.repositories.map(\.id.name) == ["data", "org/model"], "\(name)")
      #expect(scan.repositories[1].revisions[0].files.count == 2, "\(name)")
    }
  }

  @Test func `a cache that is not there is empty, and one that is a file an error`() throws {
    let directory = try TemporaryDirectory()
    #expect(try CacheScan(CacheLayout(root: directory.path + "/no")).repositories == [])
    try directory.write([], to: "file")
    let error = #expect(throws: HubError.self) { try CacheScan(CacheLayout(root: directory.path + "/file")) }
    #expect(error?.code == .cache)
  }

  @Test func `what newer versions and desktops add is no repository`() async throws {
    let sample = try await Self.sample()
    for name in [".DS_Store", ".locks/x", "models--org--model/.DS_Store", "blobs/.huggingface-shared-blobs"] {
      try sample.directory.write(Array("1\n".utf8), to: "hub/\(name)")
    }
    try sample.directory.write([], to: "hub/models--org--model/future/x")
    #expect(try CacheScan(sample.layout).warnings == [])
  }
}
