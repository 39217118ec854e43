internal import CGit2
public import HubModel

extension GitRepository {
  /// Writes `bytes` as a blob, which nothing points to yet.
  ///
  /// Git collects what nothing points to after some weeks, so a commit that fails afterwards leaves nothing to clean.
  public borrowing func addBlob(_ bytes: some Sequence<UInt8>) throws(HubError) -> GitObjectID {
    let bytes = Array(bytes)
    var id = git_oid()
    try GitFailure.check(
      git_blob_create_from_buffer(&id, pointer, bytes, bytes.count), "git_blob_create_from_buffer")
    return GitObjectID(id)
  }

  /// Writes a commit, which no ref points to yet.
  ///
  /// - Parameters:
  ///   - tree: Its tree.
  ///   - parents: The commits that it follows; none for the first one.
  ///   - message: The first line is its title; a line end is added if there is none.
  ///   - author: Who is named as author and committer.
  public borrowing func addCommit(
    _ tree: GitObjectID, parents: [CommitID], message: String, author: GitSignature
  ) throws(HubError) -> CommitID {
    var (made, treeID) = (git_oid(), tree.oid)
    let tree = try Handle("git_tree_lookup", free: git_tree_free) { git_tree_lookup(&$0, pointer, &treeID) }
    let signature = try Signature(author)
    // As git writes it: a message is lines.
    let message = message.utf8.last == UInt8(ascii: "\n") ? message : message + "\n"
    // Their owners free them at the end of the scope, after the call.
    var handles: [SharedHandle] = []
    for parent in parents { handles.append(SharedHandle(try lookUp(parent))) }
    var pointers = handles.map { Optional($0.pointer) }
    let result = pointers.withUnsafeMutableBufferPointer { list in
      git_commit_create(
        &made, pointer, nil, signature.pointer, signature.pointer, nil, message, tree.pointer, list.count,
        list.baseAddress)
    }
    withExtendedLifetime(handles) {}
    try GitFailure.check(result, "git_commit_create")
    return CommitID(made)
  }

  /// Makes the annotated tag `name` (`v1`), whose ref must not exist.
  ///
  /// - Throws: `conflict` if there is a tag of that name; `invalidArgument` if git forbids it.
  public borrowing func addTag(
    _ name: String, to commit: CommitID, message: String, author: GitSignature
  ) throws(HubError) {
    try Self.checkReferenceName("refs/tags/" + name)
    let target = try lookUp(commit)
    let signature = try Signature(author)
    var made = git_oid()
    let message = message.utf8.last == UInt8(ascii: "\n") ? message : message + "\n"
    try GitFailure.check(
      git_tag_create(&made, pointer, name, target.pointer, signature.pointer, message, 0), "git_tag_create")
  }
}

/// A handle in an array, which a type that cannot be copied cannot be in.
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
