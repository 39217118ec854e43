public import HubCredentials
public import HubModel

/// How files are fetched; each property is a parameter of the Python call, named in its comment.
public struct DownloadOptions: Sendable {
  /// Where the cache is (`cache_dir`); `nil` is the environment's.
  public var cacheDirectory: String?
  /// A directory that gets the files themselves in place of the cache (`local_dir`).
  public var localDirectory: String?
  /// Whether a fresh copy is fetched and replaces the one that is here, once it is whole (`force_download`).
  public var forceDownload: Bool
  /// Whether an interrupted download goes on where it was (`resume_download`); if not, what has arrived of it is deleted.
  public var resumeDownload: Bool
  /// Proxies by scheme, `http` or `https`, or by `scheme://host` (`proxies`); they come before those of the environment.
  public var proxies: [String: String]
  /// Whether only what is here already is used (`local_files_only`).
  public var localFilesOnly: Bool
  /// Which token is sent (`token`, `use_auth_token`).
  public var token: TokenRequest
  /// The longest file that is fetched, in bytes; a longer one is refused before its first byte, or as soon as it shows.
  public var maximumSize: Int64
  /// How many files are fetched at once (`max_workers`), 1 at least.
  public var maximumWorkers: Int
  /// Told how downloads get on; called on the transport's thread, so it must not wait for anything.
  public var progress: (@Sendable (DownloadProgress) -> Void)?

  /// The options of a call without arguments, but for those given. Unlike in Python, `resumeDownload` is on.
  public init(
    cacheDirectory: String? = nil, localDirectory: String? = nil, forceDownload: Bool = false,
    resumeDownload: Bool = true, proxies: [String: String] = [:], localFilesOnly: Bool = false,
    token: TokenRequest = .automatic, maximumSize: Int64 = .max, maximumWorkers: Int = 8,
    progress: (@Sendable (DownloadProgress) -> Void)? = nil
  ) {
    (self.cacheDirectory, self.localDirectory) = (cacheDirectory, localDirectory)
    (self.forceDownload, self.resumeDownload, self.proxies) = (forceDownload, resumeDownload, proxies)
    (self.localFilesOnly, self.token, self.maximumWorkers) = (localFilesOnly, token, max(1, maximumWorkers))
    (self.maximumSize, self.progress) = (maximumSize, progress)
  }
}

/// A moment of a download.
public enum DownloadProgress: Sendable, Hashable {
  /// A snapshot is about to fetch so many files with so many bytes together.
  case planned(files: Int, bytes: Int64)
  /// A file is being fetched, of which the first bytes are here already.
  case started(RepositoryPath, offset: Int64, size: Int64?)
  /// More of it has arrived: bytes that are here now.
  case received(RepositoryPath, bytes: Int64)
  /// What has arrived was of no use, and the file is fetched from its first byte.
  case restarted(RepositoryPath)
  /// It is whole and verified.
  case finished(RepositoryPath)
  /// Another process is fetching it, and is waited for.
  case waiting(RepositoryPath)
}

/// A file that is here now.
public struct DownloadedFile: Sendable {
  /// Where it is.
  public let path: String
  /// Whose it is.
  public let repository: RepositoryID
  /// The revision that was asked for.
  public let revision: Revision
  /// The commit that it was resolved to.
  public let commit: CommitID
  /// The file's path in the repository.
  public let file: RepositoryPath
  /// Where it came from.
  public let origin: Origin
  /// Why the hub's word on the revision could not be had, if it was asked for: then this is the last known commit.
  public let staleness: HubError?

  /// Where a file came from.
  public enum Origin: String, Sendable, Hashable, Codable {
    /// It was here, under this very commit.
    case cache
    /// Its content was here, under another commit.
    case content
    /// It was fetched.
    case hub
  }
}

/// The files of one commit that are here now.
public struct Snapshot: Sendable {
  /// The directory with the files: a snapshot of the cache, or the directory that was given.
  public let path: String
  /// Whose they are.
  public let repository: RepositoryID
  /// The revision that was asked for.
  public let revision: Revision
  /// The commit that it was resolved to.
  public let commit: CommitID
  /// The files, in the order of their paths.
  public let files: [RepositoryPath]
  /// How many of them were fetched.
  public let fetched: Int
  /// Why the hub's word on the revision could not be had, if it was asked for: then this is the last known commit.
  public let staleness: HubError?
}
