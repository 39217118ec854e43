public import HubModel
import PythonJSON
import Synchronization

/// Every file of a commit, with the identity and length of its content: what `trees/<commit>.json` holds.
///
/// A commit never changes, so its listing is asked for once; with it a snapshot needs no request for a file that is
/// there, and knows offline what is missing. The text is the one of Python's client, byte for byte:
///
///     {
///      "format_version": 1,
///      "files": {
///       "config.json": {
///        "size": 519,
///        "blob_id": "<git's hash>"
///       }
///      }
///     }
///
/// A file in LFS has `lfs_sha256` and `lfs_size` too, one in a chunk store `xet_hash`.
public struct SnapshotListing: Sendable, Hashable {
  /// A file of the commit.
  public struct Entry: Sendable, Hashable {
    /// Where it is in the repository.
    public var path: RepositoryPath
    /// The identity of its content: SHA-256 for a file in LFS, git's hash for any other.
    public var etag: ETag
    /// The content's length in bytes.
    public var size: Int64
    /// The hash of what git holds: the content, or the pointer to LFS.
    public var gitBlob: String
    /// The content's name in a chunk store, kept for Python's client.
    public var xetHash: String?

    /// A file of a commit.
    public init(path: RepositoryPath, etag: ETag, size: Int64, gitBlob: String, xetHash: String? = nil) {
      (self.path, self.etag, self.size) = (path, etag, size)
      (self.gitBlob, self.xetHash) = (gitBlob, xetHash)
    }
  }

  /// The files, sorted by the bytes of their paths, no path twice.
  public let entries: [Entry]

  /// The listing of these files; of two with one path the later counts.
  public init(_ entries: some Sequence<Entry>) {
    let byPath = Dictionary(entries.map { ($0.path, $0) }, uniquingKeysWith: { $1 })
    self.entries = byPath.values.sorted { $0.path < $1.path }
  }

  /// The files among the entries of a recursive tree, as a hub sent them.
  ///
  /// - Throws: `unsafePath` for a path that must not become one on disk, or that is below a file; `protocolViolation`
  ///   for a file whose hash or length is none.
  public init(tree: some Sequence<TreeEntry>) throws(HubError) {
    var entries: [Entry] = []
    for file in tree where file.type == .file {
      let path = try RepositoryPath(file.path)
      guard let etag = file.etag, ETag(hex: file.oid) != nil, file.size >= 0, file.lfs.map({ $0.size >= 0 }) ?? true
      else {
        throw HubError(.protocolViolation("'\(path)' is listed without a hash and a length"))
      }
      entries.append(Entry(path: path, etag: etag, size: file.lfs?.size ?? file.size, gitBlob: file.oid))
    }
    try Self.refuseFilesThatAreDirectories(entries)
    self.init(entries)
  }

  /// A path cannot be a file and the directory of another; git has no such tree, so the listing is forged.
  private static func refuseFilesThatAreDirectories(_ entries: [Entry]) throws(HubError) {
    let files = Set(entries.map(\.path.text))
    for entry in entries {
      var folder = entry.path.components.dropLast()
      while !folder.isEmpty {
        let path = folder.joined(separator: "/")
        if files.contains(path) {
          throw HubError(.unsafePath(entry.path.text, reason: "'\(path)' is listed as a file too"))
        }
        folder = folder.dropLast()
      }
    }
  }
}

extension SnapshotListing {
  /// The longest listing that is read, in bytes: some 300,000 files.
  static let maximumLength = 64 << 20

  private static let limits = JSONLimits(bytes: maximumLength, depth: 8, elements: 4_000_000)
  private static let formatVersion = 1

  /// Reads the text of a listing.
  ///
  /// - Returns: `nil` for one of another format, and for one that is damaged or hostile in any part: half of the truth
  ///   would make an incomplete snapshot look complete.
  public init?(parsing bytes: [UInt8]) {
    // Absence: what is no listing is asked for again.
    guard let json = try? JSONValue(parsing: bytes, limits: Self.limits),
      json["format_version"]?.integer == Self.formatVersion, let files = json["files"]?.object
    else { return nil }
    var entries: [Entry] = []
    entries.reserveCapacity(files.count)
    for (path, value) in files {
      guard let entry = Entry(path, value) else { return nil }
      entries.append(entry)
    }
    self.init(entries)
  }

  /// The text of the listing, as Python writes it.
  public var text: String {
    var files = JSONObject()
    for entry in entries { files[entry.path.text] = .object(entry.json) }
    let json: JSONObject = ["format_version": .integer(Self.formatVersion), "files": .object(files)]
    return JSONValue.object(json).text(.narrow, sortedKeys: false)
  }
}

extension SnapshotListing.Entry {
  init?(_ path: String, _ json: JSONValue) {
    // Absence: see the listing's reader.
    guard let path = try? RepositoryPath(path), let size = json["size"]?.integer, size >= 0,
      let gitBlob = json["blob_id"]?.string, let plain = ETag(hex: gitBlob)
    else { return nil }
    self.init(path: path, etag: plain, size: Int64(size), gitBlob: gitBlob)
    switch json["xet_hash"] {
    case nil, .null: break
    case .string(let hash)? where ETag(hex: hash)?.hex.utf8.count == 64: xetHash = hash
    default: return nil
    }
    switch json["lfs_sha256"] {
    case nil, .null: return
    case .string(let hash)?:
      guard case .sha256(let hash)? = ETag(hex: hash), let length = json["lfs_size"]?.integer, length >= 0 else {
        return nil
      }
      (etag, self.size) = (.sha256(hash), Int64(length))
    default: return nil
    }
  }

  var json: JSONObject {
    var object: JSONObject = ["size": .integer(Int(size)), "blob_id": .string(gitBlob)]
    if case .sha256(let hash) = etag {
      object["lfs_sha256"] = .string(hash)
      object["lfs_size"] = .integer(Int(size))
    }
    if let xetHash { object["xet_hash"] = .string(xetHash) }
    return object
  }
}

/// Listings that have been read, as each of the files of a snapshot may ask for the same one.
final class ListingMemory: Sendable {
  private let files = Mutex<[CommitID: [RepositoryPath: SnapshotListing.Entry]]>([:])

  /// What the recorded listing of a commit says of a file.
  func entry(
    of file: RepositoryPath, at commit: CommitID, in cache: RepositoryCache
  ) -> SnapshotListing.Entry? {
    if let files = files.withLock({ $0[commit] }) { return files[file] }
    // One that is not there yet may be recorded any time; one that is never changes.
    guard let listing = cache.listing(of: commit) else { return nil }
    let entries = Dictionary(listing.entries.map { ($0.path, $0) }, uniquingKeysWith: { $1 })
    files.withLock { $0[commit] = entries }
    return entries[file]
  }
}

extension Destination {
  /// The listing of a commit, if a download has recorded one that can be read.
  public func listing(of commit: CommitID) -> SnapshotListing? {
    // Absence: a listing that cannot be read is asked for again.
    let bytes = try? Disk.read(listingPath(of: commit), limit: SnapshotListing.maximumLength)
    return bytes.flatMap { SnapshotListing(parsing: $0) }
  }
}
