public import HubModel

/// What a cache holds: the values that `scan_cache_dir` has in Python, and what is damaged.
///
/// Python leaves a whole repository out when one thing in it is wrong. Here the rest of it is still listed, so that it
/// can be explained, healed and removed; what is wrong is in ``warnings``.
public struct CacheScan: Sendable, Hashable {
  /// The cache.
  public var layout: CacheLayout
  /// The repositories, sorted.
  public var repositories: [CachedRepository] = []
  /// What interrupted downloads have left, sorted by path.
  public var leftovers: [Leftover] = []
  /// The store that newer Python clients share between repositories.
  public var sharedContents: [SharedContent] = []
  /// What is not as it should be, in the order in which it was found.
  public var warnings: [Warning] = []

  /// The bytes on disk, each content counted once; leftovers are not in it.
  public var size: Int64 {
    repositories.reduce(0) { $0 + $1.ownSize } + sharedContents.reduce(0) { $0 + $1.size }
  }

  /// The beginning of a content, `blobs/*.incomplete`.
  public struct Leftover: Sendable, Hashable {
    /// Whose it is.
    public var repository: RepositoryID
    /// Where it is.
    public var path: String
    /// What it is: a link that is to replace another is one for a moment.
    var kind: Disk.Status.Kind
    /// Its bytes.
    public var size: Int64
    /// The content that it is to become, if its name says so.
    public var etag: ETag?
  }

  /// A content in the shared store.
  public struct SharedContent: Sendable, Hashable {
    /// Where it is: `blobs/<2 digits>/<64 digits>`.
    public var path: String
    /// Its bytes.
    public var size: Int64
    /// The blobs of repositories that are links to it, by path.
    public var users: [String]
  }

  /// Something that is not as it should be.
  public struct Warning: Sendable, Hashable, CustomStringConvertible {
    /// Where.
    public var path: String
    /// What, in words that follow the path.
    public var reason: String

    /// `'PATH' is not a directory`.
    public var description: String { "'\(printable(path))' \(printable(reason))" }
  }
}

/// A repository in a cache.
public struct CachedRepository: Sendable, Hashable {
  /// Which one.
  public var id: RepositoryID
  /// Its folder.
  public var path: String
  /// The commits that have a snapshot, sorted.
  public var revisions: [CachedRevision] = []
  /// The refs whose commit has no snapshot, by name; Python calls a repository with one corrupted.
  public var danglingRefs: [String: String] = [:]
  /// The contents that no snapshot refers to: of an interrupted download, or of files that were removed.
  public var orphans: [CachedContent] = []
  /// When the folder itself was last written, for a repository without contents.
  var folderTime: Double = 0

  /// The contents of all snapshots, each once, sorted by path.
  public var contents: [CachedContent] {
    Set(revisions.flatMap { $0.files.map(\.content) }).sorted { $0.path < $1.path }
  }
  /// The bytes of all contents, each counted once.
  public var size: Int64 { contents.reduce(0) { $0 + $1.size } }
  /// The bytes that are this repository's alone, those of contents that nothing refers to included.
  var ownSize: Int64 { (contents + orphans).reduce(0) { $0 + ($1.shared == nil ? $1.size : 0) } }
  /// When a content was last read, in seconds since 1970, as far as the file system keeps count.
  public var lastAccessed: Double { contents.map(\.accessed).max() ?? folderTime }
  /// When a content was last written, in seconds since 1970.
  public var lastModified: Double { contents.map(\.modified).max() ?? folderTime }
  /// The commit of every ref, by the ref's name.
  public var refs: [String: CommitID] {
    Dictionary(uniqueKeysWithValues: revisions.flatMap { revision in revision.refs.map { ($0, revision.commit) } })
  }
}

/// A commit with a snapshot.
public struct CachedRevision: Sendable, Hashable {
  /// Which one.
  public var commit: CommitID
  /// The snapshot's folder.
  public var path: String
  /// The files, sorted by path.
  public var files: [CachedFile] = []
  /// The files whose link leads to no content of the repository.
  public var broken: [RepositoryPath] = []
  /// The refs that are this commit, sorted.
  public var refs: [String] = []
  /// When the folder itself was last written, for a revision without files.
  var folderTime: Double = 0

  /// The bytes of its contents, each counted once.
  public var size: Int64 { Set(files.map(\.content)).reduce(0) { $0 + $1.size } }
  /// When a content was last written, in seconds since 1970.
  public var lastModified: Double { files.map(\.content.modified).max() ?? folderTime }
  /// Whether no ref is this commit, so that only its full hash finds it.
  public var isDetached: Bool { refs.isEmpty }
}

/// A file of a snapshot.
public struct CachedFile: Sendable, Hashable {
  /// Where it is in the repository.
  public var path: RepositoryPath
  /// Where it is on disk.
  public var location: String
  /// What is in it.
  public var content: CachedContent
}

/// A content on disk: a blob, or a file of a snapshot in a cache without links.
public struct CachedContent: Sendable, Hashable {
  /// Where it is: the first link's end, which may itself be a link into the shared store.
  public var path: String
  /// What its name says it is; `nil` for a file of a cache without links, and for other clients' names.
  public var etag: ETag?
  /// Whether it is in the repository's folder of blobs; in a cache without links, the snapshots hold contents themselves.
  public var isBlob: Bool
  /// Its bytes.
  public var size: Int64
  /// When it was last written and last read, in seconds since 1970.
  public var modified: Double, accessed: Double
  /// The content in the shared store that it is a link to.
  public var shared: String?
}
