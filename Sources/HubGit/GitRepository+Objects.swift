internal import CGit2
import HubModel

/// The objects that a commit is made of.
extension GitRepository {
  /// The tree of `parent` with `changes` made; the blobs that stay need not be there, as in a partial clone.
  borrowing func makeTree(
    _ changes: [RepositoryPath: GitChange], on parent: CommitID?
  ) throws(HubError) -> git_oid {
    let changes = try spelledOut(changes, on: parent)
    let names = CStrings(changes.keys.map(\.text))
    let base = try baseTree(parent)
    var updates: [git_tree_update] = []
    for (change, name) in zip(changes, names.pointers) {
      var update = git_tree_update()
      update.path = UnsafePointer(name)
      update.filemode = Self.isExecutable(name, in: base) ? GIT_FILEMODE_BLOB_EXECUTABLE : GIT_FILEMODE_BLOB
      switch change.value {
      case .file(let bytes): update.id = try makeBlob(bytes)
      case .pointer(let pointer): update.id = try makeBlob(Array(pointer.text.utf8))
      case .deleted: update.action = GIT_TREE_UPDATE_REMOVE
      }
      updates.append(update)
    }
    var made = git_oid()
    try GitFailure.check(
      git_tree_create_updated(&made, pointer, base.pointer, updates.count, updates), "git_tree_create_updated")
    withExtendedLifetime(names) {}
    return made
  }

  /// The same changes, without a folder to delete in which another change is made: libgit2 would bring it back.
  private borrowing func spelledOut(
    _ changes: [RepositoryPath: GitChange], on parent: CommitID?
  ) throws(HubError) -> [RepositoryPath: GitChange] {
    var result = changes
    for (path, change) in changes where change == .deleted {
      guard let parent, let entry = try entry(at: path, in: parent) else {
        throw HubError(.entryNotFound, context: HubError.Context(file: path.text))
      }
      guard entry.kind == .directory, changes.keys.contains(where: { $0.text.beginsWithBytes(path.text + "/") }) else {
        continue
      }
      result[path] = nil
      for file in try entries(below: path, in: parent, recursive: true) ?? [] where file.kind != .directory {
        result[file.path] = changes[file.path] ?? .deleted
      }
    }
    return result.filter { path, change in change != .deleted || !result.hasDeletion(above: path) }
  }

  private static func isExecutable(_ path: UnsafePointer<CChar>, in tree: borrowing Handle) -> Bool {
    var entry: OpaquePointer?
    guard git_tree_entry_bypath(&entry, tree.pointer, path) == 0, let entry else {
      git_error_clear()
      return false
    }
    defer { git_tree_entry_free(entry) }
    return git_tree_entry_filemode(entry) == GIT_FILEMODE_BLOB_EXECUTABLE
  }

  private borrowing func baseTree(_ parent: CommitID?) throws(HubError) -> Handle {
    guard let parent else { return try emptyTree() }
    let commit = try lookUp(parent)
    return try Handle("git_commit_tree", free: git_tree_free) { git_commit_tree(&$0, commit.pointer) }
  }

  private borrowing func emptyTree() throws(HubError) -> Handle {
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

  borrowing func makeCommit(
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

extension [RepositoryPath: GitChange] {
  /// Whether a folder that `path` lies in is deleted as a whole.
  fileprivate func hasDeletion(above path: RepositoryPath) -> Bool {
    var folder = path.text.utf8[...]
    while let slash = folder.lastIndex(of: UInt8(ascii: "/")) {
      folder = folder[..<slash]
      if let parent = try? RepositoryPath(String(Substring(folder))), self[parent] == .deleted { return true }
    }
    return false
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
