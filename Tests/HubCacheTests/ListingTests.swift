import HubCache
import HubModel
import TestSupport
import Testing

@Suite struct ListingTests {
  static let blob = String(repeating: "a", count: 40), sha256 = String(repeating: "b", count: 64)

  static func listing() throws -> SnapshotListing {
    try SnapshotListing([
      .init(path: RepositoryPath("unet/ü.bin"), etag: .sha256(sha256), size: 7, gitBlob: blob, xetHash: sha256),
      .init(path: RepositoryPath("config.json"), etag: .gitBlob(blob), size: 519, gitBlob: blob),
    ])
  }

  @Test func `a listing is Python's, byte for byte, and reads back`() async throws {
    let sample = try SampleCache()
    let commit = SampleCache.commit("1")
    try sample.cache.record(listing: Self.listing(), of: commit)
    #expect(sample.cache.listing(of: commit) == (try Self.listing()))
    let script = """
      import sys
      from huggingface_hub._tree_cache import *
      folder, commit = sys.argv[1:]
      ours = open(f"{folder}/trees/{commit}.json").read()
      entries = read_tree_cache(folder, commit)
      write_tree_cache(folder, "other", entries)
      print(entries["unet/ü.bin"].lfs_sha256 == "b" * 64, ours == open(f"{folder}/trees/other.json").read())
      """
    let folder = sample.layout.folder(of: sample.repository)
    #expect(try await Layout.Python.hubNewest.run(script, [folder, commit.hex]) == "True True\n")
  }

  @Test func `a listing comes from the hub's tree`() throws {
    let tree = [
      TreeEntry(type: .directory, oid: Self.blob, size: 0, path: "unet"),
      TreeEntry(type: .file, oid: Self.blob, size: 519, path: "config.json"),
      TreeEntry(
        type: .file, oid: Self.blob, size: 7, path: "unet/ü.bin",
        lfs: .init(oid: Self.sha256, size: 7, pointerSize: 130)),
    ]
    let listing = try SnapshotListing(tree: tree)
    #expect(listing.entries.map(\.etag) == [.gitBlob(Self.blob), .sha256(Self.sha256)])
    let hostile = TreeEntry(type: .file, oid: Self.blob, size: 1, path: "../evil")
    #expect(#expect(throws: HubError.self) { try SnapshotListing(tree: [hostile]) }?.code == .unsafePath)
    let nameless = TreeEntry(type: .file, oid: "../../evil", size: 1, path: "a")
    #expect(#expect(throws: HubError.self) { try SnapshotListing(tree: [nameless]) }?.code == .protocolViolation)
  }

  @Test(arguments: [
    "", "{", "null", "[]", #"{"format_version":2,"files":{}}"#, #"{"files":{}}"#, #"{"format_version":1,"files":[]}"#,
    #"{"format_version":1,"files":{"../x":{"size":1,"blob_id":"BLOB"}}}"#,
    #"{"format_version":1,"files":{"/etc/x":{"size":1,"blob_id":"BLOB"}}}"#,
    #"{"format_version":1,"files":{"x":{"size":-1,"blob_id":"BLOB"}}}"#,
    #"{"format_version":1,"files":{"x":{"size":1.5,"blob_id":"BLOB"}}}"#,
    #"{"format_version":1,"files":{"x":{"size":1,"blob_id":"../../evil"}}}"#,
    #"{"format_version":1,"files":{"x":{"size":1,"blob_id":"BLOB","lfs_sha256":"x","lfs_size":1}}}"#,
    #"{"format_version":1,"files":{"x":{"size":1,"blob_id":"BLOB","lfs_sha256":7,"lfs_size":1}}}"#,
    #"{"format_version":1,"files":{"x":{"size":1,"blob_id":"BLOB","xet_hash":"/"}}}"#,
  ]) func `a listing that is damaged or hostile counts as none, and the next one replaces it`(text: String) throws {
    let sample = try SampleCache()
    let commit = SampleCache.commit("1")
    let name = "hub/models--org--model/trees/\(commit.hex).json"
    try sample.directory.write(Array(text.replacing("BLOB", with: Self.blob).utf8), to: name)
    #expect(sample.cache.listing(of: commit) == nil)
    try sample.cache.record(listing: Self.listing(), of: commit)
    #expect(sample.cache.listing(of: commit) == (try Self.listing()))
  }

  @Test func `a directory in the place of a listing counts as none too`() throws {
    let sample = try SampleCache()
    let commit = SampleCache.commit("1")
    try sample.directory.write([], to: "hub/models--org--model/trees/\(commit.hex).json/x")
    #expect(sample.cache.listing(of: commit) == nil)
    try sample.cache.record(listing: Self.listing(), of: commit)
    #expect(sample.cache.listing(of: commit) != nil)
  }

  @Test func `a folder of the user's keeps its listings among its records`() throws {
    let directory = try TemporaryDirectory()
    let folder = try LocalFolder(directory.path, RepositoryID("org/model"))
    let commit = SampleCache.commit("1")
    try folder.record(listing: Self.listing(), of: commit)
    #expect(try directory.listing().contains(".cache/huggingface/trees/\(commit.hex).json"))
    #expect(folder.listing(of: commit) == (try Self.listing()))
  }
}
