internal import CGit2
public import HubModel

/// Who made a commit, and when.
public struct GitSignature: Hashable, Sendable {
  /// The name.
  public var name: String
  /// The address; need not exist.
  public var email: String
  /// Seconds since 1970, or `nil` for now.
  public var time: Int64?

  /// Somebody, now unless a time is given.
  public init(name: String, email: String, time: Int64? = nil) {
    (self.name, self.email, self.time) = (name, email, time)
  }

  /// The hub itself.
  public static let hub = GitSignature(name: "diffusion-hub", email: "hub@localhost")
}

/// What a commit does to one path.
public enum GitChange: Hashable, Sendable {
  /// The file is these bytes now.
  case file([UInt8])
  /// The file is a pointer to this object of git LFS.
  case pointer(LFSPointer)
  /// The file, or the folder with everything in it, is no longer there.
  case deleted
}

extension GitRepository {
  /// Commits `changes` on top of the ref `reference`, without a work tree, and moves the ref (compare and swap).
  ///
  /// Nothing that is not named in `changes` changes. A commit that changes nothing is made too. Concurrent calls are
  /// safe: one of them moves the ref, the others fail, and what they wrote is garbage that `git gc` collects.
  ///
  ///     let repository = try GitRepository.create(bareAt: "hub/models/org/model.git")
  ///     let commit = try repository.commit(
  ///       [try RepositoryPath("scheduler/scheduler_config.json"): .file(bytes)], message: "Add a scheduler")
  ///
  /// - Parameters:
  ///   - changes: What happens to each path.
  ///   - reference: The ref to move; made if it does not exist.
  ///   - message: The commit's message; the first line is its title.
  ///   - author: Who is named as author and committer.
  ///   - parent: The commit that the ref must point to, or `nil` for the one that it does.
  /// - Returns: The new commit.
  /// - Throws: `conflict` if the ref is not at `parent` or moves meanwhile; `entryNotFound` for a deletion of what is
  ///   not there; `repository` with libgit2's words, among others for a file where a directory is.
  @discardableResult
  public borrowing func commit(
    _ changes: [RepositoryPath: GitChange], to reference: String = "refs/heads/main", message: String,
    author: GitSignature = .hub, parent: CommitID? = nil
  ) throws(HubError) -> CommitID {
    let current = try commit(ofReference: reference)
    if let parent, parent != current {
      throw HubError(.conflict("\(reference) is not at \(parent) but at \(current?.hex ?? "no commit")"))
    }
    let changed = try tree(changes, on: current)
    let made = try addCommit(changed, parents: current.map { [$0] } ?? [], message: message, author: author)
    try setReference(reference, to: made, expecting: current.map(ExpectedReference.commit) ?? .absent)
    return made
  }
}
