import Foundation
import HubCache
import HubModel
import TestSupport
import Testing

/// What can happen to the files of a cache behind our back, each to each of them.
enum Harm: CaseIterable {
  case deleted, cut, emptied, flipped, replacedByDirectory, replacedByDanglingLink, replacedByForeignLink

  func befall(_ path: String) throws {
    let manager = FileManager.default
    var bytes = [UInt8](manager.contents(atPath: path) ?? Data())
    // What a link leads to is another file's turn.
    let isLink = (try? manager.destinationOfSymbolicLink(atPath: path)) != nil
    switch self {
    case .cut where !isLink: try Data(bytes.prefix(2)).write(to: URL(filePath: path))
    case .emptied where !isLink: try Data().write(to: URL(filePath: path))
    case .flipped where !isLink:
      if bytes.isEmpty { bytes = [0x10] } else { bytes[bytes.count / 2] ^= 0x10 }
      try Data(bytes).write(to: URL(filePath: path))
    default:
      try manager.removeItem(atPath: path)
      switch self {
      case .replacedByDirectory:
        try manager.createDirectory(atPath: path, withIntermediateDirectories: false)
        try Data("x".utf8).write(to: URL(filePath: path + "/inside"))
      case .replacedByDanglingLink: try manager.createSymbolicLink(atPath: path, withDestinationPath: "/nowhere")
      case .replacedByForeignLink: try manager.createSymbolicLink(atPath: path, withDestinationPath: "/etc/passwd")
      default: break
      }
    }
  }
}

@Suite struct HarmTests {
  static let contents: [(file: String, bytes: [UInt8], inLFS: Bool)] = [
    ("model_index.json", sampleBytes(519, seed: 1), false),
    ("scheduler/scheduler_config.json", sampleBytes(400, seed: 2), false),
    ("unet/a/b/weights.bin", sampleBytes(5000, seed: 3), true),
    ("vae/weights.bin", sampleBytes((1 << 20) + 1, seed: 4), true),
  ]
  static let commit = SampleCache.commit("c")

  /// A cache of every kind of file, with an index that knows all lengths.
  static func sample() async throws -> SampleCache {
    var sample = try SampleCache()
    let sizes = Dictionary(
      uniqueKeysWithValues: contents.map {
        (SampleCache.etag(of: $0.bytes, inLFS: $0.inLFS), Int64($0.bytes.count))
      })
    sample.cache = RepositoryCache(sample.layout, sample.repository) { sizes[$0] }
    try await fill(sample)
    return sample
  }

  static func fill(_ sample: SampleCache) async throws {
    for (file, bytes, inLFS) in contents {
      try await sample.publish(bytes, as: file, at: commit, inLFS: inLFS)
    }
    try sample.cache.record(.main, is: commit)
    try sample.cache.recordAbsence(of: RepositoryPath("missing.json"), at: commit)
  }

  /// Asserts that every file is right or not there.
  static func examine(_ sample: SampleCache, _ comment: Comment) throws {
    for (file, bytes, inLFS) in contents {
      if let found = try sample.bytes(of: file) { #expect(found == bytes, comment) }
      let etag = SampleCache.etag(of: bytes, inLFS: inLFS)
      if try sample.cache.content(etag, size: Int64(bytes.count), of: RepositoryPath(file)) == .whole {
        let blob = sample.layout.blob(etag, of: sample.repository)
        #expect(FileManager.default.contents(atPath: blob).map { [UInt8]($0) } == bytes, comment)
      }
    }
  }

  @Test(arguments: Harm.allCases) func `no harm to any file makes a wrong content good, and publishing heals it`(
    harm: Harm
  ) async throws {
    let names = try await Self.sample().directory.listing().filter { !$0.hasSuffix("CACHEDIR.TAG") }
    for name in names {
      let sample = try await Self.sample()
      let path = sample.directory.appending(name)
      var isDirectory: ObjCBool = false
      _ = FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
      if isDirectory.boolValue { continue }
      // A flipped bit in a large file costs a look at all of it; `cache verify` pays that, a lookup does not.
      let isLarge = (FileManager.default.contents(atPath: path)?.count ?? 0) > RepositoryCache.alwaysHashed
      if harm == .flipped, isLarge { continue }
      let victim = try [UInt8](Data(contentsOf: URL(filePath: "/etc/passwd")))
      try harm.befall(path)
      try Self.examine(sample, "\(harm) of \(name)")
      try await Self.fill(sample)
      for (file, bytes, _) in Self.contents {
        #expect(try sample.bytes(of: file) == bytes, "healing \(harm) of \(name)")
      }
      #expect(try [UInt8](Data(contentsOf: URL(filePath: "/etc/passwd"))) == victim)
      let leftovers = try sample.directory.listing().filter { $0.hasSuffix(".incomplete") || $0.hasSuffix(".tmp") }
      #expect(leftovers == [], "\(harm) of \(name)")
    }
  }

  @Test(arguments: [
    ("", false), ("c", false), ("\u{0}\u{1}", false), ("../../../../etc/passwd", false), ("main", false),
    (String(repeating: "C", count: 40), false), (String(repeating: "c", count: 41), false),
    (String(repeating: "c", count: 40) + "\n", true), (String(repeating: "c", count: 40) + " \r\n", true),
    (String(repeating: "c", count: 300), false),
  ]) func `a damaged ref is none, and the next answer of the hub replaces it`(text: String, isRead: Bool) async throws {
    let sample = try await Self.sample()
    let ref = sample.layout.ref(.main, of: sample.repository)
    try Data(text.utf8).write(to: URL(filePath: ref))
    #expect(sample.cache.commit(of: .main) == (isRead ? Self.commit : nil))
    try sample.cache.record(.main, is: Self.commit)
    #expect(FileManager.default.contents(atPath: ref) == Data(Self.commit.hex.utf8))
  }

  @Test func `a ref with bytes that are no text is none`() async throws {
    let sample = try await Self.sample()
    try Data([0xFF, 0xFE, 0x00]).write(to: URL(filePath: sample.layout.ref(.main, of: sample.repository)))
    #expect(sample.cache.commit(of: .main) == nil)
  }

  @Test func `what is wrong is said, for use without a network`() async throws {
    let file = try RepositoryPath("unet/a/b/weights.bin")
    let rows: [(Harm, inBlob: Bool, expected: String)] = [
      (.deleted, true, "is missing"), (.cut, true, "has 2 bytes in place of 5000"),
      (.flipped, true, "has a content that is not the one of its name"),
      (.replacedByDirectory, true, "is not a file"), (.replacedByDirectory, false, "is not a file"),
      (.replacedByForeignLink, false, "leads out of the repository's folder"),
      (.replacedByForeignLink, true, "leads nowhere"), (.replacedByDanglingLink, true, "leads nowhere"),
    ]
    for (harm, inBlob, expected) in rows {
      let sample = try await Self.sample()
      let blob = sample.layout.blob(SampleCache.etag(of: Self.contents[2].bytes, inLFS: true), of: sample.repository)
      try harm.befall(inBlob ? blob : sample.cache.path(of: file, at: Self.commit))
      let local = try sample.cache.local(file, .main)
      #expect(local.present == [])
      #expect(local.damage?.contains(expected) == true, "\(harm): \(local.damage ?? "no damage")")
    }
  }

  @Test(arguments: ["blobs", "snapshots", "snapshots/COMMIT/unet", "refs", ".no_exist", "trees"])
  func `a directory that is a link to elsewhere is neither read through nor written through`(name: String) async throws
  {
    let sample = try await Self.sample()
    let outside = try TemporaryDirectory()
    let folder = sample.layout.folder(of: sample.repository) + "/" + name.replacing("COMMIT", with: Self.commit.hex)
    if FileManager.default.fileExists(atPath: folder) { try FileManager.default.removeItem(atPath: folder) }
    try FileManager.default.createSymbolicLink(atPath: folder, withDestinationPath: outside.path)
    // The wrong content at every place that a link could make it appear in.
    for (file, _, _) in Self.contents {
      for place in [file, "\(Self.commit.hex)/\(file)", String(file.drop { $0 != "/" }.dropFirst()), "a/b/weights.bin"]
      where !place.isEmpty {
        try outside.write(Array("evil".utf8), to: place)
      }
    }
    let before = try outside.listing()
    try Self.examine(sample, "\(name)")
    let error = await #expect(throws: HubError.self) {
      try await Self.fill(sample)
      try sample.cache.record(listing: SnapshotListing([]), of: Self.commit)
    }
    #expect(error?.code == .cache)
    #expect(try outside.listing() == before)
  }

  @Test func `a cache whose root or locks are a file is an error with the path`() async throws {
    let sample = try SampleCache()
    try sample.directory.write([], to: "hub")
    let root = await #expect(throws: HubError.self) { try await Self.fill(sample) }
    #expect(root?.code == .cache && root?.description.contains(sample.layout.root) == true)

    let other = try SampleCache()
    try other.directory.write([], to: "hub/.locks")
    let path = try other.cache.lockPath(ETag.gitBlob(Self.commit.hex), of: RepositoryPath("a"))
    let locks = #expect(throws: HubError.self) { try FileLock.attempt(path) }
    #expect(locks?.code == .cache && locks?.description.contains("/.locks") == true)
  }
}
