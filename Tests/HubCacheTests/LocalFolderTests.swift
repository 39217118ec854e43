import Foundation
import HubCache
import HubModel
import TestSupport
import Testing

@Suite struct LocalFolderTests {
  let directory: TemporaryDirectory
  let folder: LocalFolder
  static let commit = SharedCacheTests.commit, other = SampleCache.commit("d")

  init() throws {
    directory = try TemporaryDirectory()
    folder = try LocalFolder(directory.path + "/target", RepositoryID("org/model"))
  }

  func fill() async throws {
    for (file, bytes, inLFS) in SharedCacheTests.contents {
      try await SampleCache.publish(bytes, as: file, at: Self.commit, inLFS: inLFS, in: folder)
    }
  }

  @Test func `files are plain files, and records are where Python has them`() async throws {
    try await fill()
    for (file, bytes, _) in SharedCacheTests.contents {
      #expect(try directory.read("target/\(file)") == bytes)
      #expect(try folder.local(RepositoryPath(file), Revision(Self.commit)).present == [Self.commit])
      #expect(try folder.local(RepositoryPath(file), .main).commit == Self.commit)
      #expect(try folder.local(RepositoryPath(file), Revision(Self.other)).present == [])
    }
    let records = try directory.listing().filter { $0.hasPrefix("target/.cache/") && !$0.contains("unet") }
    #expect(
      records.sorted() == [
        "target/.cache/huggingface", "target/.cache/huggingface/.gitignore", "target/.cache/huggingface/CACHEDIR.TAG",
        "target/.cache/huggingface/download", "target/.cache/huggingface/download/config.json.metadata",
        "target/.cache/huggingface/download/copy.json.metadata",
        "target/.cache/huggingface/download/empty.txt.metadata",
      ])
  }

  static let reader =
    pythonHub + """
      from pathlib import Path
      from huggingface_hub._local_folder import get_local_download_paths, read_download_metadata
      folder, commit = Path(sys.argv[1]), sys.argv[2]
      for file in FILES:
          record = read_download_metadata(folder, file)
          assert record is not None, file
          assert record.commit_hash == commit and record.etag == etag(file), record
          print(get_local_download_paths(folder, file).incomplete_path("ETAG"))
          print(get_local_download_paths(folder, file).lock_path)
      """

  @Test(arguments: SharedCacheTests.pythons) func `Python reads our records, and has our names`(
    python: Layout.Python
  ) async throws {
    try await fill()
    let text = try await python.run(Self.reader, [folder.root, Self.commit.hex])
    let etag = ETag.gitBlob(Self.commit.hex)
    let paths = text.split(separator: "\n").map(String.init)
    for (file, _, _) in SharedCacheTests.contents {
      let path = try RepositoryPath(file)
      #expect(paths.contains(folder.lockPath(etag, of: path)))
      let partial = folder.partialPath(etag, of: path)
      let start = partial.prefix(partial.count - "\(etag.hex).incomplete".count)
      // Newer versions add a number of their own before the suffix.
      #expect(paths.contains { $0.hasPrefix(start + "ETAG.") && $0.hasSuffix("incomplete") }, "\(partial)")
    }
  }

  static let writer =
    pythonHub + """
      serve()
      from huggingface_hub import snapshot_download
      print(snapshot_download("org/model", local_dir=sys.argv[1]))
      """

  @Test(arguments: SharedCacheTests.pythons) func `we use what Python has put into a directory`(
    python: Layout.Python
  ) async throws {
    _ = try await python.run(Self.writer, [folder.root])
    for (file, bytes, inLFS) in SharedCacheTests.contents {
      let (path, etag) = (try RepositoryPath(file), SampleCache.etag(of: bytes, inLFS: inLFS))
      #expect(try folder.local(path, Revision(Self.commit)).present == [Self.commit])
      #expect(try folder.content(etag, size: Int64(bytes.count), of: path) == .whole)
    }
  }

  @Test(arguments: SharedCacheTests.pythons) func `Python fetches nothing that we have put into a directory`(
    python: Layout.Python
  ) async throws {
    try await fill()
    let script =
      pythonHub + """
        fetched = []
        def do_GET(self):
            fetched.append(self.path) if "/resolve/" in self.path else None
            Handler.do_HEAD(self)
        Handler.do_GET = do_GET
        serve()
        from huggingface_hub import snapshot_download
        snapshot_download("org/model", local_dir=sys.argv[1])
        print(fetched)
        """
    #expect(try await python.run(script, [folder.root]) == "[]\n")
  }

  @Test func `a file that the user has changed is not the one of the hub, whatever its record says`() async throws {
    try await fill()
    let path = try RepositoryPath("config.json")
    // At once: a change within the second of the download counts too.
    try directory.write(Array(#"{"a": 2}"#.utf8), to: "target/config.json")
    #expect(try folder.local(path, Revision(Self.commit)).present == [])
    let etag = SampleCache.etag(of: Array(#"{"a": 1}"#.utf8))
    #expect(try folder.content(etag, size: 8, of: path) == .none)
    // The user's is untouched until the new one is whole.
    let partial = try folder.partial(etag, size: 8, of: path, resuming: true)
    try partial.append(Array(#"{"a""#.utf8))
    #expect(try directory.read("target/config.json") == Array(#"{"a": 2}"#.utf8))
    #expect(try folder.content(etag, size: 8, of: path) == .partial(4))
    try partial.append(Array(": 1}".utf8))
    try await folder.finish(partial, as: path, at: Self.commit)
    #expect(try directory.read("target/config.json") == Array(#"{"a": 1}"#.utf8))
    #expect(try !directory.listing().contains { $0.hasSuffix(".incomplete") })
  }

  @Test func `a file that is right is adopted without a record`() throws {
    try directory.write(Array("mine".utf8), to: "target/a/b.txt")
    let (path, etag) = (try RepositoryPath("a/b.txt"), SampleCache.etag(of: Array("mine".utf8), inLFS: true))
    #expect(try folder.content(etag, size: 4, of: path) == .whole)
    try folder.link(path, at: Self.commit, to: etag)
    #expect(try folder.local(path, Revision(Self.commit)).present == [Self.commit])
  }

  @Test func `what a cache has is copied from it`() async throws {
    let sample = try await SharedCacheTests.sample()
    let folder = LocalFolder(folder.root, sample.repository, donor: sample.cache)
    for (file, bytes, inLFS) in SharedCacheTests.contents {
      let (path, etag) = (try RepositoryPath(file), SampleCache.etag(of: bytes, inLFS: inLFS))
      #expect(try folder.content(etag, size: Int64(bytes.count), of: path) == .whole)
      try folder.link(path, at: Self.commit, to: etag)
      #expect(try directory.read("target/\(file)") == bytes)
    }
    #expect(try !directory.listing().contains { $0.hasSuffix(".incomplete") || $0.hasSuffix(".tmp") })
  }

  @Test func `the rest of another content of the same file goes`() throws {
    let path = try RepositoryPath("weights.bin")
    let (old, new) = (SampleCache.etag(of: [1, 2, 3]), SampleCache.etag(of: [4, 5, 6]))
    try folder.partial(old, size: 3, of: path, resuming: true).append([1])
    try folder.partial(old, size: 3, of: RepositoryPath("other.bin"), resuming: true).append([1])
    try folder.partial(new, size: 3, of: path, resuming: true).append([4, 5])
    #expect(try directory.listing().filter { $0.hasSuffix(".incomplete") }.count == 2)
    #expect(try folder.content(old, size: 3, of: path) == .none)
    #expect(try folder.content(new, size: 3, of: path) == .partial(2))
  }

  @Test(arguments: ["a", "a/b", ".cache", ".cache/huggingface/download"])
  func `nothing is written through a link among the directories`(name: String) async throws {
    let outside = try TemporaryDirectory()
    try directory.write([], to: "target/\(name)/x")
    try FileManager.default.removeItem(atPath: folder.root + "/" + name)
    try FileManager.default.createSymbolicLink(atPath: folder.root + "/" + name, withDestinationPath: outside.path)
    let error = await #expect(throws: HubError.self) {
      try await SampleCache.publish([1, 2, 3], as: "a/b/c.bin", at: Self.commit, in: folder)
    }
    #expect(error?.code == .unsafePath && error?.description.contains(name) == true)
    #expect(try outside.listing() == [])
  }

  @Test func `a link in the file's place is replaced, and what it names untouched`() async throws {
    let precious = try directory.write(Array("precious".utf8), to: "precious")
    try directory.write([], to: "target/x")
    try FileManager.default.createSymbolicLink(atPath: folder.root + "/c.bin", withDestinationPath: precious)
    let path = try RepositoryPath("c.bin")
    #expect(try folder.content(SampleCache.etag(of: Array("precious".utf8)), size: 8, of: path) == .none)
    try await SampleCache.publish([1, 2, 3], as: "c.bin", at: Self.commit, in: folder)
    #expect(try directory.read("precious") == Array("precious".utf8))
    #expect(try directory.read("target/c.bin") == [1, 2, 3])
  }

  @Test func `a directory of the user's in the file's place is an error, and stays`() async throws {
    try directory.write([1], to: "target/c.bin/theirs")
    let error = await #expect(throws: HubError.self) {
      try await SampleCache.publish([1, 2, 3], as: "c.bin", at: Self.commit, in: folder)
    }
    #expect(error?.code == .cache)
    #expect(try directory.read("target/c.bin/theirs") == [1])
  }

  @Test func `records that are damaged or lie count as none`() async throws {
    let path = try RepositoryPath("config.json")
    let (commit, etag) = (Self.commit.hex, SampleCache.etag(of: Array(#"{"a": 1}"#.utf8)).hex)
    for text in [
      "", "\n\n\n", "\(commit)\n\(etag)\n", "\(commit)\n\(etag)\nyesterday\n", "../..\n\(etag)\n1.0\n",
      "\(commit)\n../../x\n1.0\n", "\(Self.other.hex)\n\(etag)\n99999999999.0\n",
    ] {
      try await fill()
      try directory.write(
        Array(text.utf8), to: "target/.cache/huggingface/download/config.json.metadata")
      #expect(try folder.local(path, Revision(Self.commit)).present == [], "\(text)")
      // The bytes still count.
      #expect(try folder.content(#require(ETag(hex: etag)), size: 8, of: path) == .whole)
    }
  }
}
