public import HubModel

/// The paths of a cache, without a look at the disk.
public struct CacheLayout: Sendable, Hashable {
  /// The cache's directory, `HF_HUB_CACHE`, without a slash at the end.
  public let root: String

  /// The layout of the cache at `root`.
  public init(root: String) {
    var path = root[...]
    while path.utf8.count > 1, path.utf8.last == UInt8(ascii: "/") { path = Substring(path.utf8.dropLast()) }
    self.root = String(path)
  }

  /// The folder name of a repository: `models--org--name`, `datasets--name`.
  ///
  /// Reversible, as a repository's name has no `--` in it.
  public static func folderName(of repository: RepositoryID) -> String {
    ([repository.kind.plural] + repository.name.pathComponents.map(String.init)).joined(separator: "--")
  }

  /// The repository whose folder has this name, or `nil` if it is no repository's.
  public static func repository(folderName: String) -> RepositoryID? {
    for kind in RepositoryID.Kind.allCases where folderName.beginsWithBytes(kind.plural + "--") {
      let name = folderName.dropFirst(kind.plural.count + 2).replacing("--", with: "/")
      return try? RepositoryID(String(name), kind: kind)  // absence: some other folder
    }
    return nil
  }

  /// The folder of a repository.
  public func folder(of repository: RepositoryID) -> String { "\(root)/\(Self.folderName(of: repository))" }

  /// The folder of a repository's contents.
  public func blobs(of repository: RepositoryID) -> String { folder(of: repository) + "/blobs" }

  /// The content with this hash.
  public func blob(_ etag: ETag, of repository: RepositoryID) -> String { "\(blobs(of: repository))/\(etag.hex)" }

  /// The first bytes of that content, while it arrives.
  ///
  /// The name that clients before 1.18 of `huggingface_hub` resume too; every version counts `*.incomplete` as rubbish
  /// that `cache prune` may remove.
  public func partial(_ etag: ETag, of repository: RepositoryID) -> String {
    blob(etag, of: repository) + ".incomplete"
  }

  /// The folder of a repository's refs.
  public func refs(of repository: RepositoryID) -> String { folder(of: repository) + "/refs" }

  /// The file with the commit that a revision was when the hub was last asked; `refs/pr/1` is `refs/refs/pr/1`.
  public func ref(_ revision: Revision, of repository: RepositoryID) -> String {
    "\(refs(of: repository))/\(revision.name)"
  }

  /// The folder of a repository's snapshots.
  public func snapshots(of repository: RepositoryID) -> String { folder(of: repository) + "/snapshots" }

  /// The files of a commit.
  public func snapshot(_ commit: CommitID, of repository: RepositoryID) -> String {
    "\(snapshots(of: repository))/\(commit.hex)"
  }

  /// A file of a commit: a link to its blob.
  public func pointer(_ file: RepositoryPath, at commit: CommitID, of repository: RepositoryID) -> String {
    "\(snapshot(commit, of: repository))/\(file.text)"
  }

  /// What the link of a file says: the way from the file's folder to the blob.
  public static func pointerTarget(_ file: RepositoryPath, _ etag: ETag) -> String {
    String(repeating: "../", count: file.components.count + 1) + "blobs/\(etag.hex)"
  }

  /// The mark that a commit has no such file.
  public func absence(_ file: RepositoryPath, at commit: CommitID, of repository: RepositoryID) -> String {
    "\(folder(of: repository))/.no_exist/\(commit.hex)/\(file.text)"
  }

  /// The listing of a commit.
  public func tree(_ commit: CommitID, of repository: RepositoryID) -> String {
    "\(folder(of: repository))/trees/\(commit.hex).json"
  }

  /// The folder of the locks, which every version of Python's client skips when it lists the cache.
  public var locks: String { root + "/.locks" }

  /// The lock of a content.
  public func lock(_ etag: ETag, of repository: RepositoryID) -> String {
    "\(locks)/\(Self.folderName(of: repository))/\(etag.hex).lock"
  }

  /// The store that newer Python clients share between repositories: a blob may be a link into it.
  public var sharedBlobs: String { root + "/blobs" }

  /// The mark for programs that make backups.
  public var tag: String { root + "/CACHEDIR.TAG" }

  /// What stands in the mark (bford.info/cachedir).
  public static let tagContent = """
    Signature: 8a477f597d28d172789f06886806bc55
    # This file marks a directory of downloads that can be made again.
    # See https://bford.info/cachedir/ for what it means.

    """
}
