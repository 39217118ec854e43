public import HubGit
public import HubModel

/// What a remote had at one moment: where a ref was, and the tree that a commit would change.
///
/// Made by ``GitClient/head(of:reference:)``. The trees are in a temporary repository, which goes with the last
/// reference to this object.
public final class RemoteHead: Sendable {
  /// The remote.
  public let remote: GitRemote
  /// The ref's full name: `refs/heads/main`.
  public let reference: String
  /// Where the ref was, or `nil` if it did not exist.
  public let commit: CommitID?
  /// What a commit goes on top of: where the ref was, else where the default branch was; `nil` in an empty repository.
  public let base: CommitID?
  /// The branch that the remote's `HEAD` stands for, whether it exists or not.
  public let defaultBranch: String

  let workspace: Workspace
  /// Where the blobs are that the workspace lacks; `nil` if it lacks none.
  let blobs: BlobSource?

  struct BlobSource: Sendable {
    let server: GitServer
    let capabilities: Capabilities
  }

  init(
    _ remote: GitRemote, _ target: Target, _ workspace: Workspace, blobs: BlobSource? = nil
  ) {
    (self.remote, self.workspace, self.blobs) = (remote, workspace, blobs)
    (reference, commit, base, defaultBranch) = (target.reference, target.commit, target.base, target.defaultBranch)
  }

  /// The files and folders of ``base``, in git's order; submodules and names that no path may have are left out.
  ///
  /// - Throws: `limitExceeded` for a tree beyond ``HubGit/TreeLimits``, `repository` if an object is damaged.
  public func entries() async throws(HubError) -> [GitEntry] {
    guard let base else { return [] }
    return try await GitThreads.run { [workspace] () throws(HubError) in
      try workspace.open().entries(in: base, recursive: true) ?? []
    }
  }

  /// What is at `path` in ``base``, or `nil` if nothing is.
  ///
  /// - Throws: As ``entries()``.
  public func entry(at path: RepositoryPath) async throws(HubError) -> GitEntry? {
    try await entries(at: [path])[path]
  }

  /// What is at each of `paths` in ``base``; a path where nothing is has no value.
  ///
  /// - Throws: As ``entries()``.
  public func entries(at paths: [RepositoryPath]) async throws(HubError) -> [RepositoryPath: GitEntry] {
    guard let base else { return [:] }
    return try await GitThreads.run { [workspace] () throws(HubError) in
      let repository = try workspace.open()
      var found: [RepositoryPath: GitEntry] = [:]
      for path in paths { found[path] = try repository.entry(at: path, in: base) }
      return found
    }
  }

  /// Whether the object has been fetched.
  func holds(_ object: GitObjectID) async throws(HubError) -> Bool {
    try await GitThreads.run { [workspace] () throws(HubError) in try workspace.open().contains(object) }
  }

  /// Those of `changes` that would change something: no file that is there already, no deletion of what is not there.
  ///
  /// - Throws: As ``entries()``.
  public func effective(_ changes: [RepositoryPath: GitChange]) async throws(HubError) -> [RepositoryPath: GitChange] {
    let entries = try await entries(at: Array(changes.keys))
    return changes.filter { path, change in
      change == .deleted ? entries[path] != nil : entries[path]?.file != change.blob
    }
  }
}

extension RemoteHead {
  /// Which ref is meant, and where it and the default branch are.
  struct Target: Sendable {
    var reference: String
    var commit: CommitID?
    var base: CommitID?
    var defaultBranch: String

    /// What `references` say about `reference`, or about the default branch if it is `nil`.
    ///
    /// - Throws: `invalidArgument` for a name that is no full name of a ref; `protocolViolation` if the server's
    ///   default branch has no such name.
    init(_ reference: String?, _ references: RemoteReferences) throws(HubError) {
      defaultBranch = references.head ?? "refs/heads/main"
      guard Self.isFullName(defaultBranch) else {
        throw HubError(.protocolViolation("a default branch called '\(defaultBranch)'"))
      }
      self.reference = reference ?? defaultBranch
      guard Self.isFullName(self.reference) else {
        throw HubError(
          .invalidArgument(
            name: "ref", value: self.reference, reason: "a full name is needed, such as refs/heads/main"))
      }
      // A server of version 2 that was asked for HEAD alone names its branch, and lists HEAD alone.
      let branch = references[defaultBranch] ?? references["HEAD"]
      commit = references[self.reference] ?? (self.reference == references.head ? branch : nil)
      base = commit ?? branch
    }

    private static func isFullName(_ name: String) -> Bool {
      // Absence: a name that breaks git's rules is no name.
      name.beginsWithBytes("refs/") && (try? Revision(name)) != nil
    }
  }
}

extension GitEntry {
  /// The blob of a file.
  fileprivate var file: GitObjectID? { kind == .file ? id : nil }
}

extension GitChange {
  /// The blob that the path holds afterwards; `nil` if it is deleted.
  fileprivate var blob: GitObjectID? {
    switch self {
    case .file(let bytes): GitObjectID(ofBlob: bytes)
    case .pointer(let pointer): GitObjectID(ofBlob: Array(pointer.text.utf8))
    case .deleted: nil
    }
  }
}
