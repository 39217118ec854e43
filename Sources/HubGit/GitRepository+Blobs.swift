internal import CGit2
internal import CLooseObjects
import Crypto
public import HubModel

/// What a file is, without its bytes.
public struct GitContent: Hashable, Sendable {
  /// The length of the blob in git, in bytes.
  public let blobSize: Int64
  /// The object that the blob stands for, if it is a pointer of git LFS.
  public let pointer: LFSPointer?

  /// The length of the content in bytes: of the object for a pointer, else of the blob.
  public var size: Int64 { pointer?.size ?? blobSize }
}

extension GitRepository {
  /// What each of `entries` is; `nil` for directories.
  ///
  /// Reads the header of each blob, and the bytes of those that are of the length of a pointer.
  ///
  /// - Throws: `repository` if an object is damaged or missing.
  public borrowing func contents(of entries: [GitEntry]) throws(HubError) -> [GitContent?] {
    let objects = try ObjectDatabase(self)
    var contents: [GitContent?] = []
    contents.reserveCapacity(entries.count)
    for entry in entries {
      guard entry.kind != .directory else {
        contents.append(nil)
        continue
      }
      var id = entry.id.oid
      let length = try objects.length(of: &id)
      let isCandidate = entry.kind == .file && (Self.shortestPointer...LFSPointer.maximumLength).contains(length)
      let pointer = isCandidate ? LFSPointer(bytes: try objects.bytes(of: &id)) : nil
      contents.append(GitContent(blobSize: Int64(length), pointer: pointer))
    }
    return contents
  }

  /// Whether the object is here.
  ///
  /// - Throws: `repository` if that cannot be read.
  public borrowing func contains(_ object: GitObjectID) throws(HubError) -> Bool {
    var id = object.oid
    return try ObjectDatabase(self).header(of: &id) != nil
  }

  /// The bytes of a blob, all in memory.
  ///
  /// - Throws: `limitExceeded` if there are more than `limit`; `repository` if they are damaged or missing.
  public borrowing func bytes(of blob: GitObjectID, limit: Int) throws(HubError) -> [UInt8] {
    let objects = try ObjectDatabase(self)
    var id = blob.oid
    guard try objects.length(of: &id) <= limit else { throw HubError(.limitExceeded("a blob over \(limit) bytes")) }
    return try objects.bytes(of: &id)
  }

  /// Hands the bytes of a blob to `sink`, piece by piece, and checks them against its name.
  ///
  /// In memory are 256 KiB for a loose object. An object in a pack is inflated as a whole, as libgit2 has no other way:
  /// its length is in memory while the sink is filled, and `limit` bounds it.
  ///
  /// - Throws: `limitExceeded` for an object in a pack longer than `limit`; `integrity` after the last piece if the
  ///   bytes are not the blob's; `repository` if they cannot be read; what the sink throws.
  public borrowing func write(
    blob: GitObjectID, limit: Int, to sink: (UnsafeRawBufferPointer) throws(HubError) -> Void
  ) throws(HubError) {
    let objects = try ObjectDatabase(self)
    var id = blob.oid
    let length = try objects.length(of: &id)
    var (opened, streamed, type): (UnsafeMutablePointer<git_odb_stream>?, Int, git_object_t) = (nil, 0, GIT_OBJECT_ANY)
    guard git_odb_open_rstream(&opened, &streamed, &type, objects.pointer, &id) == 0, let stream = opened else {
      git_error_clear()
      guard length <= limit else {
        throw HubError(.limitExceeded("a blob over \(limit) bytes in a pack; large files belong in git LFS"))
      }
      let object = try objects.read(&id)
      return try sink(
        UnsafeRawBufferPointer(start: git_odb_object_data(object.pointer), count: git_odb_object_size(object.pointer)))
    }
    defer { loose_objects_free_stream(stream) }
    try Self.copy(stream, length: length, named: blob, to: sink)
  }

  private static func copy(
    _ stream: UnsafeMutablePointer<git_odb_stream>, length: Int, named blob: GitObjectID,
    to sink: (UnsafeRawBufferPointer) throws(HubError) -> Void
  ) throws(HubError) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 1)
    defer { buffer.deallocate() }
    var hash = Insecure.SHA1()
    hash.update(data: Array("blob \(length)\0".utf8))
    var rest = length
    while rest > 0 {
      let result = git_odb_stream_read(stream, buffer.baseAddress, min(rest, buffer.count))
      let count = Int(try GitFailure.check(result, "git_odb_stream_read"))
      guard count > 0 else { throw HubError(.repository(reason: "the object \(blob) is cut short")) }
      let piece = UnsafeRawBufferPointer(rebasing: buffer[..<count])
      hash.update(bufferPointer: piece)
      try sink(piece)
      rest -= count
    }
    let digest = hexadecimal(hash.finalize())
    guard digest == blob.hex else {
      throw HubError(.integrity(expected: blob.etag.description, got: ETag.gitBlob(digest).description))
    }
  }

  /// A pointer with a size of one digit.
  private static var shortestPointer: Int { 126 }
}
