/// What to do about one file, decided before anything is done.
///
/// The whole table of "what is cached, what was asked, what the hub says" is here, as two pure functions: the first
/// decides what can be decided without asking the hub, the second decides once it has answered. A dry run prints the
/// plan; a snapshot is a plan per file; a cache and a folder carry out the same plans.
public enum DownloadPlan: Hashable, Sendable {
  /// The snapshot of `commit` has the file.
  ///
  /// `stale` says why the hub's word could not be had, if it was asked: then this is the last known commit.
  case use(commit: CommitID, stale: Failure? = nil)
  /// The content is there under `etag`; only the snapshot of `commit` lacks it.
  case link(etag: ETag, commit: CommitID)
  /// The content must come from the hub, from byte `offset` on.
  case fetch(FileMetadata, offset: Int64)
  /// The file cannot be had.
  case fail(Failure)

  /// Why a file cannot be had, in terms of what the caller can do about it.
  public enum Failure: Hashable, Sendable {
    /// Nothing is cached, and the caller forbade asking the hub.
    case notCached
    /// What is cached cannot be used, and the caller forbade asking the hub.
    case damaged(String)
    /// The revision has no such file; so the hub said, now or earlier.
    case noSuchFile
    /// The hub has no such revision.
    case noSuchRevision
    /// The hub refused: no such repository, no access to it, or a bad token.
    case refused(HubError.Problem)
    /// The hub could not be reached, or answered nonsense.
    case unreachable(HubError.Problem)
    /// A fresh copy was asked for where none can be had.
    case cannotForce
  }

  /// What the caller wants.
  public struct Request: Hashable, Sendable {
    /// The revision asked for.
    public var revision: Revision
    /// Whether a cached copy will not do (`forceDownload`).
    public var forces: Bool
    /// Whether the hub must not be asked (`localFilesOnly`).
    public var staysLocal: Bool
    /// Whether an interrupted download goes on where it was (`resumeDownload`).
    public var resumes: Bool

    /// A request for one file.
    public init(_ revision: Revision, forces: Bool = false, staysLocal: Bool = false, resumes: Bool = true) {
      (self.revision, self.forces, self.staysLocal, self.resumes) = (revision, forces, staysLocal, resumes)
    }
  }

  /// What the destination holds.
  public struct Local: Hashable, Sendable {
    /// The commit that the revision is, or was when the hub was last asked.
    public var commit: CommitID?
    /// Commits whose snapshot has the file, with content that can be used.
    public var present: Set<CommitID>
    /// Commits known not to have the file.
    public var absent: Set<CommitID>
    /// What is wrong with the file of the last known commit, if something is.
    public var damage: String?

    /// What is there of one file; nothing, if no more is said.
    public init(
      commit: CommitID? = nil, present: Set<CommitID> = [], absent: Set<CommitID> = [], damage: String? = nil
    ) {
      (self.commit, self.present, self.absent, self.damage) = (commit, present, absent, damage)
    }
  }

  /// How much of a content the destination holds.
  public enum Content: Hashable, Sendable {
    /// No byte.
    case none
    /// The first bytes, from an interrupted download.
    case partial(Int64)
    /// All of it.
    case whole
  }

  /// What the hub says of the file.
  public enum Remote: Hashable, Sendable {
    /// It has it.
    case found(FileMetadata)
    /// The revision, this commit, has no such file.
    case noSuchFile
    /// There is no such revision.
    case noSuchRevision
    /// It refuses to say.
    case refused(HubError.Problem)
    /// There was no answer, or not one of a hub.
    case unreachable(HubError.Problem)
  }

  /// Decides without asking the hub, or returns `nil` if it must be asked.
  public static func decide(_ request: Request, _ local: Local) -> DownloadPlan? {
    if request.forces { return request.staysLocal ? .fail(.cannotForce) : nil }
    guard request.revision.commit != nil || request.staysLocal else { return nil }
    if let plan = cached(local) { return plan }
    guard request.staysLocal else { return nil }
    return .fail(local.damage.map(Failure.damaged) ?? .notCached)
  }

  /// Decides, knowing what the hub says, and how much of the content that it names is here.
  ///
  /// A hub that refuses or cannot be reached falls back on the last known commit, with the reason; one that says that
  /// there is no such file or revision is believed.
  public static func decide(
    _ request: Request, _ local: Local, _ remote: Remote, content: (ETag) -> Content
  ) -> DownloadPlan {
    switch remote {
    case .noSuchFile: .fail(.noSuchFile)
    case .noSuchRevision: .fail(.noSuchRevision)
    case .refused(let problem): fallBack(request, local, on: .refused(problem))
    case .unreachable(let problem): fallBack(request, local, on: .unreachable(problem))
    case .found(let file): found(file, request, local, content(file.etag))
    }
  }

  private static func found(
    _ file: FileMetadata, _ request: Request, _ local: Local, _ content: Content
  ) -> DownloadPlan {
    if !request.forces, local.present.contains(file.commit) { return .use(commit: file.commit) }
    return switch content {
    case .whole where !request.forces: .link(etag: file.etag, commit: file.commit)
    case .partial(let bytes) where request.resumes && !request.forces: .fetch(file, offset: bytes)
    default: .fetch(file, offset: 0)
    }
  }

  private static func fallBack(_ request: Request, _ local: Local, on failure: Failure) -> DownloadPlan {
    guard !request.forces, let commit = local.commit, local.present.contains(commit) else { return .fail(failure) }
    return .use(commit: commit, stale: failure)
  }

  private static func cached(_ local: Local) -> DownloadPlan? {
    guard let commit = local.commit else { return nil }
    if local.present.contains(commit) { return .use(commit: commit) }
    return local.absent.contains(commit) ? .fail(.noSuchFile) : nil
  }
}
