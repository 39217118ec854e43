internal import CGit2
import Foundation
package import HubModel

/// Commits as packs: how they travel between repositories, and how a store without blobs makes one.
extension GitRepository {
  /// Makes a commit of `changes` on top of `parent` and writes its new objects, and nothing else, to a pack.
  ///
  /// Nothing is written to the repository, which has to hold the trees of `parent` and need not hold its blobs or its
  /// history: revisions are not walked, as libgit2's own push does, but the trees on the way to each change.
  ///
  /// - Parameters:
  ///   - descriptor: A file, open for writing; `path` is its name for messages.
  ///   - preface: What to write before the pack, once the commit is known.
  /// - Returns: The commit, which no repository has yet.
  /// - Throws: As ``commit(_:to:message:author:parent:)``, `diskFull` and `system`.
  package borrowing func pack(
    _ changes: [RepositoryPath: GitChange], on parent: CommitID?, message: String, author: GitSignature,
    to descriptor: Int32, _ path: String, preface: (CommitID) -> [UInt8] = { _ in [] }
  ) throws(HubError) -> CommitID {
    try keepNewObjectsInMemory()
    let tree = try tree(changes, on: parent)
    let commit = try addCommit(tree, parents: parent.map { [$0] } ?? [], message: message, author: author)
    let builder = try Handle("git_packbuilder_new", free: git_packbuilder_free) { git_packbuilder_new(&$0, pointer) }
    for object in try newObjects(of: commit, changing: changes.keys) {
      var id = object.oid
      try GitFailure.check(git_packbuilder_insert(builder.pointer, &id, nil), "git_packbuilder_insert")
    }
    var file = PackFile(descriptor: descriptor, path: path)
    _ = preface(commit).withUnsafeBytes { file.take($0) }
    if let failure = file.failure { throw failure }
    try Self.write(builder, to: file)
    return commit
  }

  /// Adds the objects of a pack, which are checked against their names, to the repository.
  ///
  /// - Throws: `repository` with libgit2's words for a pack that is damaged or cut short; `system` if the file cannot
  ///   be read.
  package borrowing func store(packAt path: String) throws(HubError) {
    let objects = try ObjectDatabase(self)
    var made: UnsafeMutablePointer<git_odb_writepack>?
    try GitFailure.check(git_odb_write_pack(&made, objects.pointer, nil, nil), "git_odb_write_pack")
    guard let writer = made else { throw HubError(.repository(reason: "packs cannot be stored in it")) }
    defer { writer.pointee.free(writer) }
    var progress = git_indexer_progress()
    try readAll(path) { piece throws(HubError) in
      let result = writer.pointee.append(writer, piece.baseAddress, piece.count, &progress)
      try GitFailure.check(result, "git_indexer_append")
    }
    try GitFailure.check(writer.pointee.commit(writer, &progress), "git_indexer_commit")
  }

  /// Makes this open repository keep what is written to it in memory (`git_mempack_new`).
  private borrowing func keepNewObjectsInMemory() throws(HubError) {
    let objects = try ObjectDatabase(self)
    var memory: OpaquePointer?
    try GitFailure.check(git_mempack_new(&memory), "git_mempack_new")
    try GitFailure.check(git_odb_add_backend(objects.pointer, memory, 999), "git_odb_add_backend")
  }

  /// The commit, and every tree and blob on the way to a changed path.
  private borrowing func newObjects(
    of commit: CommitID, changing paths: some Sequence<RepositoryPath>
  ) throws(HubError) -> Set<GitObjectID> {
    let root = try root(of: commit)
    var found: Set<GitObjectID> = [GitObjectID(commit.oid), GitObjectID(root)]
    for path in paths {
      var tree = root
      for (index, component) in path.components.enumerated() {
        let directory = try directory(&tree, TreeLimits())
        guard let entry = git_tree_entry_byname(directory.pointer, String(component)) else { break }
        tree = git_tree_entry_id(entry).pointee
        found.insert(GitObjectID(tree))
        guard index < path.components.count - 1, git_tree_entry_type(entry) == GIT_OBJECT_TREE else { break }
      }
    }
    return found
  }

  private static func write(_ builder: borrowing Handle, to file: PackFile) throws(HubError) {
    // The callback runs before git_packbuilder_foreach returns, so that it may point into this frame.
    var file = file
    let result = withUnsafeMutablePointer(to: &file) { context in
      git_packbuilder_foreach(
        builder.pointer,
        { bytes, count, context in
          // The context is the pointer given below.
          context!.assumingMemoryBound(to: PackFile.self).pointee.take(
            UnsafeRawBufferPointer(start: bytes, count: count))
        }, context)
    }
    if let failure = file.failure { throw failure }
    try GitFailure.check(result, "git_packbuilder_foreach")
  }
}

/// Where a pack is written, and why that failed.
private struct PackFile {
  let descriptor: Int32
  let path: String
  var failure: HubError?

  /// Writes bytes; answers what a callback of libgit2 does.
  mutating func take(_ bytes: UnsafeRawBufferPointer) -> CInt {
    do throws(HubError) {
      try writeAll(bytes, to: descriptor, path)
      return 0
    } catch {
      failure = error
      return GIT_EUSER.rawValue
    }
  }
}
