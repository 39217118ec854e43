import CacheIndex
import Foundation
import HubCache
import HubModel
import PythonJSON
import Synchronization
import TestSupport
import Testing

/// A cache with files as Python lays them out, made without the code that is tested.
struct IndexedCache {
  let directory: TemporaryDirectory
  let layout: CacheLayout
  let index: CacheIndex
  let warnings: Warnings

  final class Warnings: Sendable {
    let texts = Mutex<[String]>([])
    var all: [String] { texts.withLock(\.self) }
    var count: Int { all.count }
  }

  static let commit = String(repeating: "c", count: 40)
  static let scheduler = #"{"_class_name": "EulerDiscreteScheduler", "beta_start": 0.00085, "steps": 1000, "x": NaN}"#

  init() throws {
    directory = try TemporaryDirectory()
    layout = CacheLayout(root: directory.path + "/hub")
    let warnings = Warnings()
    self.warnings = warnings
    index = CacheIndex(layout) { text in warnings.texts.withLock { $0.append(text) } }
  }

  /// Publishes a file and says nothing to the index.
  @discardableResult
  func add(
    _ text: String, as file: String, to repository: String = "org/model", at commit: String = commit,
    ref: String? = "main"
  ) throws -> ETag {
    let etag = ContentHash.of(Array(text.utf8), like: .gitBlob(""))
    let folder = "hub/models--" + repository.replacing("/", with: "--")
    try directory.write(Array(text.utf8), to: "\(folder)/blobs/\(etag.hex)")
    let pointer = directory.appending("\(folder)/snapshots/\(commit)/\(file)")
    try FileManager.default.createDirectory(
      at: URL(filePath: pointer).deletingLastPathComponent(), withIntermediateDirectories: true)
    try? FileManager.default.removeItem(atPath: pointer)  // cleanup: the file of an earlier call
    try FileManager.default.createSymbolicLink(
      atPath: pointer, withDestinationPath: CacheLayout.pointerTarget(RepositoryPath(file), etag))
    if let ref { try directory.write(Array(commit.utf8), to: "\(folder)/refs/\(ref)") }
    return etag
  }

  static func filled() throws -> IndexedCache {
    let cache = try IndexedCache()
    try cache.add(scheduler, as: "scheduler/scheduler_config.json")
    try cache.add("{}", as: "model_index.json")
    try cache.add("other", as: "README.md", to: "org/other")
    return cache
  }

  /// What every listing of ``filled()`` has to be, whatever has happened to the index.
  func expectFilled(_ comment: Comment? = nil) throws {
    let repositories = try index.repositories()
    #expect(repositories.map(\.id.name) == ["org/model", "org/other"], comment)
    #expect(repositories.map(\.size) == [Int64(Self.scheduler.utf8.count) + 2, 5], comment)
    #expect(repositories.map(\.refs) == [["main"], ["main"]], comment)
    #expect(repositories.map(\.contentCount) == [2, 1], comment)
    #expect(try index.schedulers().map(\.className) == ["EulerDiscreteScheduler"], comment)
  }
}

@Suite struct CacheIndexTests {
  @Test func `repositories are listed with sizes, refs and revisions`() throws {
    let cache = try IndexedCache.filled()
    try cache.expectFilled()
    try cache.expectFilled("from the index")
    let revision = try #require(try cache.index.repositories().first?.revisions.first)
    #expect(revision.commit.hex == IndexedCache.commit)
    #expect(revision.refs == ["main"] && revision.fileCount == 2)
    #expect(cache.warnings.count == 0)
  }

  @Test func `what another program fetches and removes is seen`() throws {
    let cache = try IndexedCache.filled()
    try cache.expectFilled()
    try cache.add("new", as: "new.txt")
    #expect(try cache.index.repositories()[0].contentCount == 3)
    try cache.add("{}", as: "again.json", at: String(repeating: "d", count: 40), ref: nil)
    #expect(try cache.index.repositories()[0].revisions.map(\.refs) == [["main"], []])
    try cache.add("third", as: "a", to: "third")
    #expect(try cache.index.repositories().map(\.id.name) == ["org/model", "org/other", "third"])
    try FileManager.default.removeItem(atPath: cache.layout.root + "/models--org--model")
    #expect(try cache.index.repositories().map(\.id.name) == ["org/other", "third"])
    #expect(try cache.index.schedulers() == [])
  }

  @Test func `schedulers are found by class and by their values`() throws {
    let cache = try IndexedCache.filled()
    try cache.add(
      #"{"_class_name": "DDIMScheduler", "steps": 1000.0}"#, as: "scheduler_config.json", to: "org/other")
    try cache.add(#"{"_class_name": "UNet2DConditionModel"}"#, as: "unet/unet_config.json")
    try cache.add("{", as: "broken/scheduler_config.json")
    for _ in 0..<2 {
      #expect(try cache.index.schedulers().map(\.className) == ["EulerDiscreteScheduler", "DDIMScheduler"])
      let ddim = try cache.index.schedulers(className: "DDIMScheduler")
      #expect(ddim.map(\.repository.name) == ["org/other"] && ddim.map(\.refs) == [["main"]])
      #expect(try cache.index.schedulers(having: ["steps": 1000]).count == 2)
      #expect(
        try cache.index.schedulers(having: ["beta_start": 0.00085]).map(\.path.text) == [
          "scheduler/scheduler_config.json"
        ])
      #expect(try cache.index.schedulers(having: ["beta_start": 0.1]).isEmpty)
      #expect(try cache.index.schedulers(className: "'; DROP TABLE scheduler; --").isEmpty)
      let euler = try #require(try cache.index.schedulers(className: "EulerDiscreteScheduler").first)
      #expect(euler.configuration.keys == ["_class_name", "beta_start", "steps", "x"])
    }
  }

  @Test func `lengths are what was announced, not what is there`() throws {
    let cache = try IndexedCache.filled()
    let (repository, commit) = (try RepositoryID("org/model"), try #require(CommitID(IndexedCache.commit)))
    let (file, etag) = (try RepositoryPath("weights.bin"), ETag.sha256(String(repeating: "e", count: 64)))
    #expect(cache.index.size(of: etag, in: repository) == nil)
    cache.index.record(file, at: commit, etag, size: 7, in: repository)
    #expect(cache.index.size(of: etag, in: repository) == 7)
    #expect(cache.index.size(of: etag, in: try RepositoryID("org/model", kind: .dataset)) == nil)
    // A file of that name that has been cut since.
    try cache.directory.write([1, 2], to: "hub/models--org--model/blobs/\(etag.hex)")
    _ = try cache.index.repositories()
    #expect(cache.index.size(of: etag, in: repository) == 7)
    let entry = SnapshotListing.Entry(path: file, etag: etag, size: 9, gitBlob: IndexedCache.commit)
    cache.index.record(SnapshotListing([entry]), of: repository)
    #expect(cache.index.size(of: etag, in: repository) == 9)
  }

  @Test func `the last use is kept, and survives a look at the files`() throws {
    let cache = try IndexedCache.filled()
    let (repository, commit) = (try RepositoryID("org/model"), try #require(CommitID(IndexedCache.commit)))
    _ = try cache.index.repositories()
    let past = Date(timeIntervalSince1970: 1)
    for name in try FileManager.default.contentsOfDirectory(atPath: cache.layout.blobs(of: repository)) {
      try FileManager.default.setAttributes(
        [.modificationDate: past], ofItemAtPath: cache.layout.blobs(of: repository) + "/" + name)
    }
    cache.index.touch(try RepositoryPath("model_index.json"), at: commit, in: repository)
    try cache.add("new", as: "new.txt")
    let accessed = try #require(try cache.index.repositories().first?.accessed)
    #expect(abs(Date().timeIntervalSince1970 - accessed) < 3600)
    // A file that the index does not know is no error.
    cache.index.touch(try RepositoryPath("unknown"), at: commit, in: repository)
  }

  @Test func `hostile names come back as they went in`() throws {
    let cache = try IndexedCache()
    let names = ["'; DROP TABLE repository; --", "\"", "%_", "é", "e\u{301}", "?1", String(repeating: "x", count: 255)]
    let values = names + [String(repeating: "y", count: 1 << 18)]
    for name in names { try cache.add("{}", as: "\(name)/a") }
    let members = values.map { #""\#($0.replacing("\"", with: "\\\""))": "\#($0.replacing("\"", with: "\\\""))""# }
    let text = #"{"_class_name": "DDIMScheduler", \#(members.joined(separator: ", "))}"#
    try cache.add(text, as: "é/scheduler_config.json")
    for _ in 0..<2 {
      #expect(try cache.index.repositories().first?.revisions.first?.fileCount == names.count + 1)
      let scheduler = try #require(try cache.index.schedulers().first)
      #expect(scheduler.path.text.utf8.elementsEqual("é/scheduler_config.json".utf8))
      for value in values { #expect(scheduler.configuration[value] == .string(value)) }
    }
    #expect(cache.warnings.count == 0)
  }

  @Test func `nothing is created by looking, nor outside the one folder`() throws {
    let cache = try IndexedCache()
    #expect(try cache.index.repositories() == [])
    #expect(cache.index.size(of: .gitBlob(IndexedCache.commit), in: try RepositoryID("a")) == nil)
    #expect(try cache.directory.listing() == [])
    try cache.add("x", as: "x")
    let before = try Set(cache.directory.listing())
    _ = try cache.index.repositories()
    let new = try Set(cache.directory.listing()).subtracting(before)
    #expect(new.allSatisfy { $0 == "hub/.locks" || $0.hasPrefix("hub/.locks/.dhub") })
    #expect(new.contains("hub/.locks/.dhub/index.sqlite"))
  }
}
