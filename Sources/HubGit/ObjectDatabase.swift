internal import CGit2
import HubModel

/// The objects of a repository, below the level of commits and trees.
struct ObjectDatabase: ~Copyable {
  private let handle: Handle

  init(_ repository: borrowing GitRepository) throws(HubError) {
    handle = try Handle("git_repository_odb", free: git_odb_free) { git_repository_odb(&$0, repository.pointer) }
  }

  var pointer: OpaquePointer { handle.pointer }

  /// The length of an object in bytes, from its header alone.
  borrowing func length(of id: inout git_oid) throws(HubError) -> Int {
    var (length, type) = (0, GIT_OBJECT_ANY)
    try GitFailure.check(git_odb_read_header(&length, &type, pointer, &id), "git_odb_read_header")
    return length
  }

  /// The object's bytes, all in memory; libgit2 has compared them with the object's name.
  borrowing func bytes(of id: inout git_oid) throws(HubError) -> [UInt8] {
    let object = try Handle("git_odb_read", free: git_odb_object_free) { git_odb_read(&$0, pointer, &id) }
    return Array(
      UnsafeRawBufferPointer(start: git_odb_object_data(object.pointer), count: git_odb_object_size(object.pointer)))
  }
}
