import Foundation
import HubCache
import HubModel
import TestSupport
import Testing

/// Disks that are full, read-only or somebody else's.
@Suite struct DiskTests {
  static let commit = SampleCache.commit("c")

  @Test(.enabled(if: SmallDisk.isAvailable, "\(SmallDisk.requirement)"))
  func `a full disk is an error with amounts, keeps what has arrived, and goes on when there is room`() async throws {
    let disk = try SmallDisk(size: "1m")
    let cache = RepositoryCache(CacheLayout(root: disk.path + "/hub"), try RepositoryID("org/model"))
    try await SampleCache.publish(Array("good".utf8), as: "good.txt", at: Self.commit, in: cache)
    try cache.record(.main, is: Self.commit)
    let filler = disk.path + "/filler"
    try Data(count: 500_000).write(to: URL(filePath: filler))
    let content = sampleBytes(900_000)
    let (file, etag) = (try RepositoryPath("weights.bin"), SampleCache.etag(of: content, inLFS: true))
    let partial = try cache.partial(etag, size: Int64(content.count), of: file, resuming: true)
    let error = #expect(throws: HubError.self) {
      for start in stride(from: 0, to: content.count, by: 100_000) {
        try partial.append(Array(content[start..<(start + 100_000)]))
      }
    }
    guard case .diskFull(let path, let needed?, let free?) = error?.problem else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(path == partial.path && needed == Int64(content.count) - partial.length && free < needed)
    #expect(partial.length >= 100_000)
    #expect(try cache.local(RepositoryPath("good.txt"), .main).present == [Self.commit])
    try FileManager.default.removeItem(atPath: filler)
    let resumed = try cache.partial(etag, size: Int64(content.count), of: file, resuming: true)
    // A write that the disk cut short has left some right bytes more.
    #expect(resumed.length >= partial.length)
    try resumed.append(Array(content[Int(resumed.length)...]))
    try await cache.finish(resumed, as: file, at: Self.commit)
    #expect(try cache.local(file, .main).present == [Self.commit])
  }

  @Test(.enabled(if: SmallDisk.isAvailable, "\(SmallDisk.requirement)"))
  func `a disk without room for a name is an error, and leaves nothing behind`() async throws {
    let disk = try SmallDisk(size: "64k")
    let cache = RepositoryCache(CacheLayout(root: disk.path + "/hub"), try RepositoryID("org/model"))
    try await SampleCache.publish(Array("good".utf8), as: "good.txt", at: Self.commit, in: cache)
    try cache.record(.main, is: Self.commit)
    let filler = URL(filePath: disk.path + "/filler")
    try Data().write(to: filler)
    let handle = try FileHandle(forWritingTo: filler)
    while (try? handle.write(contentsOf: Data(count: 4096))) != nil {}
    let before = try FileManager.default.subpathsOfDirectory(atPath: disk.path).sorted()
    let error = #expect(throws: HubError.self) { try cache.record(.main, is: SampleCache.commit("d")) }
    #expect(error?.code == .diskFull)
    #expect(cache.commit(of: .main) == Self.commit)
    #expect(try FileManager.default.subpathsOfDirectory(atPath: disk.path).sorted() == before)
    try handle.close()
  }

  @Test(.enabled(if: SmallDisk.isAvailable, "\(SmallDisk.requirement)"))
  func `what is cached on a read-only disk is served, and what is not is an error with the path`() async throws {
    let disk = try SmallDisk(size: "1m")
    let cache = RepositoryCache(CacheLayout(root: disk.path + "/hub"), try RepositoryID("org/model"))
    let good = try RepositoryPath("good.txt")
    let etag = try await SampleCache.publish(Array("good".utf8), as: "good.txt", at: Self.commit, in: cache)
    try cache.record(.main, is: Self.commit)
    try disk.set(readOnly: true)
    #expect(try cache.local(good, .main).present == [Self.commit])
    #expect(try CacheScan(cache.layout).repositories.count == 1)
    #expect(try cache.verify(Self.commit).isGood)
    // A ref that is right already is not written.
    try cache.record(.main, is: Self.commit)
    let attempts: [() throws -> Void] = [
      { try cache.record(.main, is: SampleCache.commit("d")) },
      { _ = try cache.partial(etag, size: 4, of: good, resuming: true) },
      { _ = try FileLock.attempt(cache.lockPath(etag, of: good)) },
      { try cache.link(good, at: SampleCache.commit("d"), to: etag) },
      { try cache.recordAbsence(of: good, at: SampleCache.commit("d")) },
      { try cache.record(listing: SnapshotListing([]), of: Self.commit) },
    ]
    for attempt in attempts {
      let error = #expect(throws: HubError.self) { try attempt() }
      #expect(error?.code == .readOnly && error?.description.contains(disk.path) == true)
    }
    let outcome = Eviction(removing: [.repository(cache.repository)], from: try CacheScan(cache.layout)).execute()
    #expect(outcome.removed.allSatisfy { $0.size == 0 })
    #expect(outcome.kept.first?.reason.code == .readOnly)
    #expect(try cache.local(good, .main).present == [Self.commit])
  }

  @Test(.enabled(if: getuid() != 0, "root may read and write everything"))
  func `what may not be read or written is an error with the path`() async throws {
    let sample = try SampleCache()
    let etag = try await sample.publish(Array("good".utf8), as: "good.txt", at: Self.commit)
    try sample.cache.record(.main, is: Self.commit)
    let blob = sample.layout.blob(etag, of: sample.repository)
    #expect(chmod(blob, 0) == 0)
    let unreadable = #expect(throws: HubError.self) { try sample.bytes(of: "good.txt") }
    #expect(unreadable?.code == .permission && unreadable?.description.contains(blob) == true)
    #expect(chmod(blob, 0o644) == 0)
    #expect(chmod(sample.layout.refs(of: sample.repository), 0o500) == 0)
    #expect(try sample.bytes(of: "good.txt") == Array("good".utf8))
    #expect(
      #expect(throws: HubError.self) { try sample.cache.record(.main, is: SampleCache.commit("d")) }?.code
        == .permission)
  }

  @Test(.enabled(if: getuid() != 0, "root may read and write everything"))
  func `a partial that may not be read begins anew`() throws {
    let directory = try TemporaryDirectory()
    try directory.write([1, 2], to: "x.incomplete", mode: 0)
    let etag = SampleCache.etag(of: [1, 2, 3])
    let partial = try PartialFile(at: directory.appending("x.incomplete"), etag: etag, size: 3, resuming: true)
    #expect(partial.length == 0)
  }
}
