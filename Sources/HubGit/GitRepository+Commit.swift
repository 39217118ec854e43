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
  /// The file is no longer there.
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
    let tree = try makeTree(changes, on: current)
    let made = try makeCommit(tree, parent: current, message: message, author: author)
    try setReference(reference, to: made, expecting: current.map(ExpectedReference.commit) ?? .absent)
    return made
  }

  /// The tree of `parent` with `changes` made.
  private borrowing func makeTree(
    _ changes: [RepositoryPath: GitChange], on parent: CommitID?
  ) throws(HubError) -> git_oid {
    let names = CStrings(changes.keys.map(\.text))
    var updates: [git_tree_update] = []
    for (change, name) in zip(changes, names.pointers) {
      var update = git_tree_update()
      update.path = UnsafePointer(name)
      update.filemode = GIT_FILEMODE_BLOB
      switch change.value {
      case .file(let bytes): update.id = try makeBlob(bytes)
      case .pointer(let pointer): update.id = try makeBlob(Array(pointer.text.utf8))
      case .deleted:
        guard let parent, try entry(at: change.key, in: parent) != nil else {
          throw HubError(.entryNotFound, context: HubError.Context(file: change.key.text))
        }
        update.action = GIT_TREE_UPDATE_REMOVE
      }
      updates.append(update)
    }
    var made = git_oid()
    let base = try baseTree(parent)
    try GitFailure.check(
      git_tree_create_updated(&made, pointer, base.pointer, updates.count, updates), "git_tree_create_updated")
    withExtendedLifetime(names) {}
    return made
  }

  private borrowing func baseTree(_ parent: CommitID?) throws(HubError) -> Handle {
    if let parent {
      let commit = try lookUp(parent)
      return try Handle("git_commit_tree", free: git_tree_free) { git_commit_tree(&$0, commit.pointer) }
    }
    let builder = try Handle("git_treebuilder_new", free: git_treebuilder_free) {
      git_treebuilder_new(&$0, pointer, nil)
    }
    var empty = git_oid()
    try GitFailure.check(git_treebuilder_write(&empty, builder.pointer), "git_treebuilder_write")
    return try Handle("git_tree_lookup", free: git_tree_free) { git_tree_lookup(&$0, pointer, &empty) }
  }

  private borrowing func makeBlob(_ bytes: [UInt8]) throws(HubError) -> git_oid {
    var id = git_oid()
    try GitFailure.check(
      git_blob_create_from_buffer(&id, pointer, bytes, bytes.count), "git_blob_create_from_buffer")
    return id
  }

  private borrowing func makeCommit(
    _ tree: git_oid, parent: CommitID?, message: String, author: GitSignature
  ) throws(HubError) -> CommitID {
    var (made, treeID) = (git_oid(), tree)
    let tree = try Handle("git_tree_lookup", free: git_tree_free) { git_tree_lookup(&$0, pointer, &treeID) }
    let signature = try Signature(author)
    // As git writes it: a message is lines.
    let message = message.utf8.last == UInt8(ascii: "\n") ? message : message + "\n"
    var parents: [OpaquePointer?] = []
    // Its owner frees it at the end of the scope, after the call.
    let parentCommit = try parent.map { id throws(HubError) in try SharedHandle(lookUp(id)) }
    if let parentCommit { parents.append(parentCommit.pointer) }
    let result = parents.withUnsafeMutableBufferPointer { list in
      git_commit_create(
        &made, pointer, nil, signature.pointer, signature.pointer, nil, message, tree.pointer, list.count,
        list.baseAddress)
    }
    withExtendedLifetime(parentCommit) {}
    try GitFailure.check(result, "git_commit_create")
    return CommitID(made)
  }
}

/// A handle in an optional, which a type that cannot be copied is awkward in.
private final class SharedHandle {
  private let handle: Handle
  init(_ handle: consuming Handle) { self.handle = handle }
  var pointer: OpaquePointer { handle.pointer }
}

/// The one owner of a signature of libgit2.
private struct Signature: ~Copyable {
  let pointer: UnsafeMutablePointer<git_signature>

  init(_ signature: GitSignature) throws(HubError) {
    var made: UnsafeMutablePointer<git_signature>?
    let result =
      if let time = signature.time {
        git_signature_new(&made, signature.name, signature.email, time, 0)
      } else {
        git_signature_now(&made, signature.name, signature.email)
      }
    try GitFailure.check(result, "git_signature_new")
    guard let made else { throw HubError(.repository(reason: "no signature")) }
    pointer = made
  }

  deinit { git_signature_free(pointer) }
}
