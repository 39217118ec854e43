import Foundation
import HubCache
import HubModel
import TestSupport
import Testing

@Suite struct PartialFileTests {
  let directory: TemporaryDirectory
  let bytes = sampleBytes(3 << 20, seed: 9)
  var path: String { directory.appending("x.incomplete") }

  init() throws { directory = try TemporaryDirectory() }

  func open(_ etag: ETag, size: Int64?, resuming: Bool = true) throws -> PartialFile {
    try PartialFile(at: path, etag: etag, size: size, resuming: resuming)
  }

  @Test(arguments: [false, true], [false, true])
  func `a download that was interrupted goes on, and its hash is that of all bytes`(
    inLFS: Bool, knowsSize: Bool
  ) async throws {
    let etag = SampleCache.etag(of: bytes, inLFS: inLFS)
    let size = knowsSize ? Int64(bytes.count) : nil
    for end in [0, 1, 1 << 20, bytes.count - 1, bytes.count] {
      let partial = try open(etag, size: size)
      #expect(partial.length <= end)
      try partial.append(Array(bytes[Int(partial.length)..<end]))
    }
    let partial = try open(etag, size: size)
    #expect(partial.length == bytes.count)
    try await partial.verify()
    #expect(try directory.read("x.incomplete") == bytes)
  }

  @Test func `a download that must not resume begins with the first byte`() throws {
    let etag = SampleCache.etag(of: bytes)
    try open(etag, size: Int64(bytes.count)).append(Array(bytes.prefix(10)))
    #expect(try open(etag, size: Int64(bytes.count), resuming: false).length == 0)
    #expect(try directory.read("x.incomplete") == [])
  }

  @Test func `no byte is taken beyond the announced length`() throws {
    let partial = try open(SampleCache.etag(of: bytes), size: 10)
    try partial.append(Array(bytes.prefix(8)))
    let error = #expect(throws: HubError.self) { try partial.append(Array(bytes.prefix(3))) }
    #expect(error?.code == .integrity)
    #expect(partial.length == 8)
    #expect(try directory.read("x.incomplete").count == 8)
  }

  @Test func `more bytes than the content has are no beginning of it`() throws {
    try directory.write(bytes, to: "x.incomplete")
    #expect(try open(SampleCache.etag(of: bytes), size: 10).length == 0)
  }

  @Test(arguments: [false, true])
  func `wrong bytes are an integrity error, and are thrown away`(inLFS: Bool) async throws {
    let etag = SampleCache.etag(of: bytes, inLFS: inLFS)
    // A wrong beginning from an earlier run, then right bytes from the network.
    try directory.write(Array(repeating: 0, count: 100), to: "x.incomplete")
    let partial = try open(etag, size: Int64(bytes.count))
    try partial.append(Array(bytes[100...]))
    let error = await #expect(throws: HubError.self) { try await partial.verify() }
    #expect(error?.code == .integrity)
    #expect(partial.length == 0)
    try partial.append(bytes)
    try await partial.verify()
  }

  @Test func `too few bytes are an integrity error, and are kept`() async throws {
    let partial = try open(SampleCache.etag(of: bytes), size: Int64(bytes.count))
    try partial.append(Array(bytes.prefix(100)))
    #expect(await #expect(throws: HubError.self) { try await partial.verify() }?.code == .integrity)
    #expect(partial.length == 100)
    try partial.append(Array(bytes[100...]))
    try await partial.verify()
  }

  @Test func `a restart forgets what came before it`() async throws {
    let partial = try open(SampleCache.etag(of: bytes, inLFS: true), size: Int64(bytes.count))
    try partial.append(Array(repeating: 7, count: 2 << 20))
    try partial.restart()
    try partial.append(bytes)
    try await partial.verify()
  }

  @Test(arguments: ["directory", "link", "dangling link", "pipe"])
  func `what is no file is removed, and a link is not followed`(kind: String) async throws {
    let precious = try directory.write(Array("precious".utf8), to: "precious")
    switch kind {
    case "directory": try directory.write([], to: "x.incomplete/inside")
    case "link": try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: precious)
    case "dangling link": try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "nowhere")
    default: #expect(mkfifo(path, 0o644) == 0)
    }
    let partial = try open(SampleCache.etag(of: bytes), size: Int64(bytes.count))
    #expect(partial.length == 0)
    try partial.append(bytes)
    try await partial.verify()
    #expect(try directory.read("precious") == Array("precious".utf8))
    #expect(try directory.listing() == ["precious", "x.incomplete"])
  }

  @Test func `the empty content is a content`() async throws {
    for inLFS in [false, true] {
      let partial = try open(SampleCache.etag(of: [], inLFS: inLFS), size: 0)
      try await partial.verify()
    }
    #expect(SampleCache.etag(of: []).hex == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391")
  }

  @Test func `two writers without a lock publish the same content, and neither fails`() async throws {
    let sample = try SampleCache()
    let (file, commit) = (try RepositoryPath("weights.bin"), SampleCache.commit("c"))
    let (etag, size) = (SampleCache.etag(of: bytes, inLFS: true), Int64(bytes.count))
    let half = bytes.count / 2
    let first = try sample.cache.partial(etag, size: size, of: file, resuming: true)
    try first.append(Array(bytes[..<half]))
    let second = try sample.cache.partial(etag, size: size, of: file, resuming: true)
    #expect(second.length == half)
    try second.append(Array(bytes[half...]))
    try first.append(Array(bytes[half...]))
    try await sample.cache.finish(second, as: file, at: commit)
    try await sample.cache.finish(first, as: file, at: SampleCache.commit("d"))
    for commit in [commit, SampleCache.commit("d")] {
      #expect(try sample.bytes(of: "weights.bin", Revision(commit)) == bytes)
    }
    #expect(try CacheScan(sample.layout).leftovers == [])
  }

  @Test func `a partial of another content is not mixed in`() async throws {
    let sample = try SampleCache()
    let file = try RepositoryPath("weights.bin")
    let (old, new) = (SampleCache.etag(of: sampleBytes(9, seed: 1)), SampleCache.etag(of: sampleBytes(9, seed: 2)))
    try sample.cache.partial(old, size: 9, of: file, resuming: true).append(Array(sampleBytes(9, seed: 1).prefix(5)))
    #expect(try sample.cache.content(old, size: 9, of: file) == .partial(5))
    #expect(try sample.cache.content(new, size: 9, of: file) == .none)
    #expect(try sample.cache.partial(new, size: 9, of: file, resuming: true).length == 0)
  }
}
