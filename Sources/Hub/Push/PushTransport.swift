import HubModel

/// A way to make commits on a remote: over a hub's interface, or over git.
///
/// The steps of a push (``Push``) are the same for all; what differs is how each is asked for.
protocol PushTransport: Sendable {
  /// A branch as it was found.
  associatedtype Head: PushHead

  /// The repository, if it is one of a hub.
  var repository: RepositoryID? { get }

  /// Finds the branch.
  ///
  /// - Parameter isFinal: Whether what is missing, the repository or the branch, may be made; a plan makes nothing.
  func head(preparing isFinal: Bool) async throws(HubError) -> Head

  /// What the head has at these paths; those that are not there are left out.
  func entries(at paths: [RepositoryPath], in head: Head) async throws(HubError) -> [RepositoryPath: RemoteEntry]

  /// The files that the head has below a directory, or in all.
  func entries(below folder: RepositoryPath?, in head: Head) async throws(HubError) -> [RepositoryPath: RemoteEntry]

  /// How files that are not there yet are to be sent.
  func modes(
    of files: [(path: RepositoryPath, identity: ContentIdentity)], given rules: OwnRules, in head: Head
  ) async throws(HubError) -> [RepositoryPath: UploadMode]

  /// What the commit has to change besides, so that its files are understood.
  func companions(of plan: CommitPlan, given rules: OwnRules, in head: Head) async throws(HubError) -> [CommitOperation]

  /// Brings objects to LFS storage, before the commit that needs them.
  func store(_ objects: [LFSObject], given rules: OwnRules, for head: Head) async throws(HubError)

  /// Makes the commit, if the branch is still at `head`.
  ///
  /// - Throws: `conflict` if it is not; `uncertain` if the answer was lost.
  func commit(_ plan: CommitPlan, _ message: CommitMessage, on head: Head) async throws(HubError) -> PushedCommit

  /// The commit after `head`, if there is one, that does what `plan` says under this message: one whose answer was lost.
  func find(
    _ plan: CommitPlan, _ message: CommitMessage, from head: Head, to newHead: Head
  ) async throws(HubError) -> PushedCommit?
}

extension PushTransport {
  /// Nothing: a hub writes its rules itself.
  func companions(of plan: CommitPlan, given rules: OwnRules, in head: Head) -> [CommitOperation] { [] }
}

/// A branch as it was found.
protocol PushHead: Sendable {
  /// The commit that a new one is made on; `nil` if there is none.
  var commit: CommitID? { get }
}

/// The rules that the commit itself brings, which count for its own files.
struct OwnRules: Sendable {
  var gitAttributes: String?
  var gitIgnore: String?
  var lfsConfiguration: String?
}
