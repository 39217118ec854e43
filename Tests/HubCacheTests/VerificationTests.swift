import Foundation
import HubCache
import HubModel
import TestSupport
import Testing

@Suite struct VerificationTests {
  static let first = ScanTests.first, second = ScanTests.second

  func listing(_ files: [(String, String, inLFS: Bool)]) throws -> SnapshotListing {
    SnapshotListing(
      try files.map { path, text, inLFS in
        SnapshotListing.Entry(
          path: try RepositoryPath(path), etag: SampleCache.etag(of: Array(text.utf8), inLFS: inLFS),
          size: Int64(text.utf8.count), gitBlob: SampleCache.etag(of: Array(text.utf8)).hex)
      })
  }

  @Test func `a snapshot that is right is good`() async throws {
    let sample = try await ScanTests.sample()
    let result = try sample.cache.verify(Self.second)
    #expect(result.isGood && result.checked == 3 && result.extra == [] && result.unverifiable == [])
  }

  @Test func `wrong, missing and extra files are named`() async throws {
    let sample = try await ScanTests.sample()
    let blob = sample.layout.blob(SampleCache.etag(of: Array("shared".utf8)), of: sample.repository)
    try Data("shaded".utf8).write(to: URL(filePath: blob))
    try FileManager.default.removeItem(
      atPath: sample.layout.blob(SampleCache.etag(of: Array("newer".utf8), inLFS: true), of: sample.repository))
    let result = try sample.cache.verify(Self.second)
    #expect(result.mismatches.map(\.path.text) == ["config.json", "copy.json"])
    #expect(result.mismatches.first?.found == SampleCache.etag(of: Array("shaded".utf8)))
    #expect(result.missing.map(\.text) == ["a/weights.bin"])
    let hub = try listing([("config.json", "shared", false), ("never.bin", "x", true)])
    let compared = try sample.cache.verify(Self.second, against: hub)
    #expect(compared.missing.map(\.text) == ["a/weights.bin", "never.bin"])
    #expect(compared.extra.map(\.text) == ["copy.json"])
    #expect(!compared.isGood)
  }

  @Test func `a cache without links is verified by its listing`() async throws {
    let sample = try await ScanTests.sample(copies: true)
    #expect(try sample.cache.verify(Self.first).unverifiable.map(\.text) == ["a/weights.bin", "config.json"])
    let hub = try listing([("config.json", "shared", false), ("a/weights.bin", "old", true), ("never", "", false)])
    try sample.cache.record(listing: hub, of: Self.first)
    #expect(try sample.cache.verify(Self.first).checked == 2)
    let path = sample.cache.path(of: try RepositoryPath("a/weights.bin"), at: Self.first)
    try Data("odd".utf8).write(to: URL(filePath: path))
    #expect(try sample.cache.verify(Self.first).mismatches.map(\.path.text) == ["a/weights.bin"])
  }

  @Test func `a snapshot that is not there is an error`() async throws {
    let sample = try await ScanTests.sample()
    #expect(#expect(throws: HubError.self) { try sample.cache.verify(SampleCache.commit("f")) }?.code == .notCached)
  }

  @Test func `why a file is found or not`() async throws {
    let sample = try await ScanTests.sample()
    let hub = try listing([("config.json", "shared", false), ("never.bin", "to come", false)])
    try sample.cache.record(listing: hub, of: Self.second)
    try sample.cache.recordAbsence(of: RepositoryPath("gone.json"), at: Self.second)
    try sample.cache.record(Revision("bare"), is: SampleCache.commit("f"))
    let rows: [(String, String, CacheExplanation.Verdict)] = [
      ("config.json", "main", .found), ("config.json", Self.first.hex, .found), ("never.bin", "main", .notFetched),
      ("gone.json", "main", .knownAbsent), ("other", "main", .missing), ("config.json", "v1", .unknownRevision),
      ("config.json", "bare", .noSnapshot),
    ]
    for (file, revision, verdict) in rows {
      let explanation = try sample.cache.explain(RepositoryPath(file), Revision(revision))
      #expect(explanation.verdict == verdict, "\(file) at \(revision)")
    }
    let found = try sample.cache.explain(RepositoryPath("config.json"))
    #expect(found.commit == Self.second && found.refs == ["main", "refs/pr/1"])
    #expect(found.otherCommits == [Self.first])
    #expect(found.sharers == ["\(Self.first)/config.json", "\(Self.second)/copy.json"])
    #expect(found.hash == SampleCache.etag(of: Array("shared".utf8)) && found.content?.size == 6)
    #expect(try sample.cache.explain(RepositoryPath("never.bin")).partial == 2)
    let nothing = RepositoryCache(sample.layout, try RepositoryID("no/such"))
    #expect(try nothing.explain(RepositoryPath("a")).verdict == .noRepository)
    let blob = sample.layout.blob(SampleCache.etag(of: Array("shared".utf8)), of: sample.repository)
    try Data("shaded".utf8).write(to: URL(filePath: blob))
    let damaged = try sample.cache.explain(RepositoryPath("config.json"))
    guard case .damaged(let reason) = damaged.verdict else {
      Issue.record("\(damaged.verdict)")
      return
    }
    #expect(reason.contains("has a content that is not the one of its name"))
  }
}
