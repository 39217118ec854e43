/// One entry of a tree, as `/tree` and `/paths-info` list them.
public struct TreeEntry: Codable, Hashable, Sendable {
  /// What an entry is.
  public enum Kind: String, Codable, Sendable {
    /// A file, in git or in LFS.
    case file
    /// A directory.
    case directory
  }

  /// The object in LFS storage that a pointer stands for.
  public struct LFS: Codable, Hashable, Sendable {
    /// The SHA-256 of the content, 64 digits without a prefix.
    public var oid: String
    /// The content's length in bytes.
    public var size: Int64
    /// The length of the pointer file in git.
    public var pointerSize: Int

    /// An object of LFS storage.
    public init(oid: String, size: Int64, pointerSize: Int) {
      (self.oid, self.size, self.pointerSize) = (oid, size, pointerSize)
    }
  }

  /// The last commit that touched the entry, when the request asks to expand.
  public struct LastCommit: Codable, Hashable, Sendable {
    /// The commit's hash.
    public var id: String
    /// The first line of its message.
    public var title: String
    /// When it was made, ISO 8601 in UTC.
    public var date: String

    /// A commit's title and date.
    public init(id: String, title: String, date: String) { (self.id, self.title, self.date) = (id, title, date) }
  }

  /// File or directory.
  public var type: Kind
  /// The git object: of the pointer, for a file in LFS.
  public var oid: String
  /// The content's length in bytes; 0 for a directory.
  public var size: Int64
  /// The full path in the repository; not checked yet.
  public var path: String
  /// The object in LFS storage, for a file that is there.
  public var lfs: LFS?
  /// The last commit that touched it, if asked for.
  public var lastCommit: LastCommit?

  /// An entry of a tree.
  public init(
    type: Kind, oid: String, size: Int64, path: String, lfs: LFS? = nil, lastCommit: LastCommit? = nil
  ) {
    (self.type, self.oid, self.size) = (type, oid, size)
    (self.path, self.lfs, self.lastCommit) = (path, lfs, lastCommit)
  }

  /// The identity of a file's content, `nil` for a directory or a malformed hash.
  public var etag: ETag? {
    guard type == .file else { return nil }
    return ETag(hex: lfs?.oid ?? oid)
  }
}
