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
  ///
  /// - Throws: `repository` if there is no such object, or one of another type.
  borrowing func length(of id: inout git_oid, _ type: git_object_t = GIT_OBJECT_BLOB) throws(HubError) -> Int {
    guard let header = try header(of: &id) else {
      throw HubError(.repository(reason: "the object \(GitObjectID(id)) is missing"))
    }
    guard header.type == type else {
      throw HubError(.repository(reason: "the object \(GitObjectID(id)) is of another type than expected"))
    }
    return header.length
  }

  /// The type and the length of an object, or `nil` if there is none.
  borrowing func header(of id: inout git_oid) throws(HubError) -> (type: git_object_t, length: Int)? {
    var (length, type) = (0, GIT_OBJECT_ANY)
    let result = git_odb_read_header(&length, &type, pointer, &id)
    return try GitFailure.found(result, "git_odb_read_header") ? (type, length) : nil
  }

  /// The bytes of a blob, all in memory; libgit2 has compared them with the object's name.
  borrowing func bytes(of id: inout git_oid) throws(HubError) -> [UInt8] {
    let object = try read(&id)
    return Array(
      UnsafeRawBufferPointer(start: git_odb_object_data(object.pointer), count: git_odb_object_size(object.pointer)))
  }

  /// An object, inflated.
  borrowing func read(_ id: inout git_oid) throws(HubError) -> Handle {
    try Handle("git_odb_read", free: git_odb_object_free) { git_odb_read(&$0, pointer, &id) }
  }
}
