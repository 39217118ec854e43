import Foundation
import HubGit
import HubModel
import TestSupport
import Testing

@Suite struct BlobTests {
  /// Bytes that do not compress.
  static let large = (0..<3_000_000).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 15) }

  @Test(arguments: [false, true])
  func `a blob is read piece by piece, loose or packed`(isPacked: Bool) async throws {
    let bench = try Bench()
    let path = try RepositoryPath("large")
    let commit = try bench.open().commit([path: .file(Self.large)], message: "x")
    if isPacked { try await bench.git("gc") }
    let repository = try bench.open()
    let entry = try #require(try repository.entry(at: path, in: commit))
    var (bytes, pieces): ([UInt8], Int) = ([], 0)
    try repository.write(blob: entry.id, limit: 4 << 20) { piece in
      bytes += piece
      pieces += 1
    }
    #expect(bytes == Self.large)
    #expect((pieces == 1) == isPacked)
    #expect(try repository.contents(of: [entry])[0]?.size == 3_000_000)
    let error = #expect(throws: HubError.self) { try bench.open().bytes(of: entry.id, limit: 1000) }
    #expect(error?.code == .limitExceeded)
  }

  @Test func `a packed blob over the limit is refused before it is inflated`() async throws {
    let bench = try Bench()
    let path = try RepositoryPath("large")
    let commit = try bench.open().commit([path: .file(Self.large)], message: "x")
    try await bench.git("gc")
    let entry = try #require(try bench.open().entry(at: path, in: commit))
    let error = #expect(throws: HubError.self) { try bench.open().write(blob: entry.id, limit: 1 << 20) { _ in } }
    #expect(error?.code == .limitExceeded)
  }

  @Test func `a damaged blob is noticed`() async throws {
    let bench = try Bench()
    let path = try RepositoryPath("large")
    let commit = try bench.open().commit([path: .file(Self.large)], message: "x")
    let entry = try #require(try bench.open().entry(at: path, in: commit))
    let other = try bench.open().commit([path: .file(Self.large.reversed())], message: "y")
    let false_ = try #require(try bench.open().entry(at: path, in: other))
    func file(_ id: GitObjectID) -> URL {
      URL(filePath: bench.path + "/objects/\(id.hex.prefix(2))/\(id.hex.dropFirst(2))")
    }
    try FileManager.default.removeItem(at: file(entry.id))
    try FileManager.default.copyItem(at: file(false_.id), to: file(entry.id))
    let error = #expect(throws: HubError.self) { try bench.open().write(blob: entry.id, limit: 1 << 30) { _ in } }
    #expect(error?.code == .integrity)
  }

  @Test func `pointers are recognised by their bytes`() async throws {
    let bench = try Bench()
    let pointer = try #require(LFSPointer(oid: String(repeating: "ab", count: 32), size: 5))
    let commit = try bench.commit([
      "pointer": pointer.text, "text": String(repeating: "x", count: pointer.text.utf8.count), "short": "version",
    ])
    let repository = try bench.open()
    let entries = try #require(try repository.entries(in: commit, recursive: true))
    let contents = try repository.contents(of: entries)
    #expect(contents.map { $0?.pointer } == [pointer, nil, nil])
    #expect(contents.map { $0?.size } == [5, 7, Int64(pointer.text.utf8.count)])
  }
}

@Suite struct LFSStoreTests {
  @Test func `an object is a file named by its hash, shared and found in either layout`() throws {
    let directory = try TemporaryDirectory()
    let store = LFSStore(path: directory.appending("lfs"))
    let pointer = try store.add(Array("hello".utf8))
    #expect(pointer.oid == "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824")
    #expect(pointer.size == 5)
    #expect(try store.add(Array("hello".utf8)) == pointer)
    let name = "objects/2c/f2/\(pointer.oid)"
    #expect(try store.file(of: pointer) == directory.appending("lfs/\(name)"))
    #expect(try directory.listing().filter { $0.hasPrefix("lfs/incoming/") } == [])

    let other = LFSStore(path: directory.appending("none")).including(repositoryAt: directory.path)
    #expect(try other.file(of: pointer) == directory.appending("lfs/\(name)"))
    #expect(try LFSStore(path: directory.appending("none")).file(of: pointer) == nil)
  }

  @Test func `a file of another length is no object`() throws {
    let directory = try TemporaryDirectory()
    let store = LFSStore(path: directory.path)
    let pointer = try store.add(Array("hello".utf8))
    try directory.write(Array("hell".utf8), to: "objects/2c/f2/\(pointer.oid)")
    #expect((#expect(throws: HubError.self) { try store.file(of: pointer) })?.code == .integrity)
  }
  @Test func `a store that cannot be written says so, and leaves nothing`() throws {
    let directory = try TemporaryDirectory()
    let file = try directory.write([], to: "file")
    let error = #expect(throws: HubError.self) { try LFSStore(path: file + "/lfs").add([1]) }
    #expect(error?.code == .system)
    let pointer = try LFSStore(path: directory.appending("lfs")).add([1])
    try FileManager.default.removeItem(atPath: directory.appending("lfs/objects"))
    try directory.write([], to: "lfs/objects")
    #expect(throws: HubError.self) { try LFSStore(path: directory.appending("lfs")).add([1]) }
    #expect(try directory.listing() == ["file", "lfs", "lfs/incoming", "lfs/objects"])
    #expect(pointer.size == 1)
  }
}
