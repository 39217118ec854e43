import HubCache
public import HubModel
public import PythonJSON

/// A repository as a listing shows it.
public struct IndexedRepository: Sendable, Hashable {
  /// A commit with a snapshot.
  public struct Revision: Sendable, Hashable {
    /// Which one.
    public var commit: CommitID
    /// The refs that are this commit, sorted.
    public var refs: [String] = []
    /// The bytes of its contents, each counted once.
    public var size: Int64
    /// The number of its files.
    public var fileCount: Int
    /// When a content of it was last written, in seconds since 1970.
    public var modified: Double
  }

  /// Which one.
  public var id: RepositoryID
  /// The bytes of its contents, each counted once.
  public var size: Int64
  /// The number of its contents.
  public var contentCount: Int
  /// When a content was last read, as far as the file system knew when the repository was last looked at, or given out
  /// by us, in seconds since 1970.
  public var accessed: Double
  /// When a content was last written, in seconds since 1970.
  public var modified: Double
  /// The commits that have a snapshot, sorted.
  public var revisions: [Revision] = []

  /// The names of all refs, sorted.
  public var refs: [String] { revisions.flatMap(\.refs).sorted() }
}

extension IndexedRepository {
  /// What a scan has found.
  init(_ repository: CachedRepository) {
    self.init(
      id: repository.id, size: repository.size, contentCount: repository.contents.count,
      accessed: repository.lastAccessed, modified: repository.lastModified,
      revisions: repository.revisions.map {
        Revision(
          commit: $0.commit, refs: $0.refs, size: $0.size, fileCount: $0.files.count, modified: $0.lastModified)
      })
  }
}

/// A scheduler's configuration in the cache.
public struct IndexedScheduler: Sendable, Hashable {
  /// The repository that it is in.
  public var repository: RepositoryID
  /// The commit that it is of.
  public var commit: CommitID
  /// The refs that are this commit, sorted.
  public var refs: [String]
  /// Where it is in the repository.
  public var path: RepositoryPath
  /// The class, as `_class_name` has it.
  public var className: String
  /// Every key of the file.
  public var configuration: JSONObject
}

/// Finds and reads the scheduler configurations of a repository.
enum SchedulerFiles {
  /// The longest file that is read for one, in bytes.
  static let maximumLength = 1 << 20

  /// The class and values in a file of a snapshot, or `nil` if it is no scheduler's configuration.
  static func configuration(in file: CachedFile) -> (className: String, values: JSONObject)? {
    guard file.path.lastComponent.endsWithBytes("_config.json"), file.content.size <= maximumLength else { return nil }
    // Absence: a file that cannot be read or is no JSON is no configuration.
    guard let bytes = try? Disk.read(file.location, limit: maximumLength),
      let values = (try? JSONValue(parsing: bytes))?.object, let name = values["_class_name"]?.string,
      name.endsWithBytes("Scheduler")
    else { return nil }
    return (name, values)
  }
}
