import Crypto
import Foundation
public import HubModel

/// The content of large files: plain files, each named by the SHA-256 of its bytes.
///
///     ROOT/lfs/objects/4d/7a/4d7a2146…      the object, complete and verified, never changed
///     ROOT/lfs/incoming/UUID                 one that is being written
///
/// Repositories share the objects of a store. Folders that git-lfs itself fills (`lfs/objects/` in a bare repository,
/// after `git lfs push` to a path or `git lfs fetch --all`) have the same layout, and are searched after the store's
/// own.
public struct LFSStore: Hashable, Sendable {
  /// The store's directory, `ROOT/lfs`.
  public let path: String
  /// Further directories to look for objects in, laid out like `objects`.
  public var alternates: [String]

  /// The store in `path`, which need not exist yet.
  public init(path: String, alternates: [String] = []) { (self.path, self.alternates) = (path, alternates) }

  /// The same store, which looks in the bare repository at `path` too.
  public func including(repositoryAt path: String) -> LFSStore {
    LFSStore(path: self.path, alternates: alternates + [path + "/lfs/objects"])
  }

  /// The file that holds the object `pointer` names, or `nil` if it is nowhere.
  ///
  /// - Throws: `integrity` if there is a file of another length in its place.
  public func file(of pointer: LFSPointer) throws(HubError) -> String? {
    for directory in [path + "/objects"] + alternates {
      let file = Self.file(pointer.oid, in: directory)
      var status = stat()
      guard stat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
      guard Int64(status.st_size) == pointer.size else {
        throw HubError(
          .integrity(expected: "\(pointer.size) bytes", got: "\(status.st_size) bytes in LFS storage"),
          context: HubError.Context(file: pointer.oid))
      }
      return file
    }
    return nil
  }

  /// The length of the object `oid` in bytes, or `nil` if it is nowhere.
  public func size(of oid: String) -> Int64? {
    guard LFSPointer.isObjectID(oid) else { return nil }
    for directory in [path + "/objects"] + alternates {
      var status = stat()
      guard stat(Self.file(oid, in: directory), &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
      return Int64(status.st_size)
    }
    return nil
  }

  /// Stores `bytes` as an object.
  ///
  /// - Returns: The pointer to commit in place of the bytes.
  public func add(_ bytes: some Sequence<UInt8>) throws(HubError) -> LFSPointer {
    let data = Data(bytes)
    return try add { sink throws(HubError) in
      let written: Result<Void, HubError> = data.withUnsafeBytes { bytes in
        Result { () throws(HubError) in try sink(bytes) }
      }
      try written.get()
    }
  }

  /// Stores what `source` hands to its argument, piece by piece, as an object.
  ///
  /// The bytes get their name once they are on the disk: another process sees all of the object or none.
  ///
  /// - Returns: The pointer to commit in place of the bytes.
  /// - Throws: What `source` throws; `diskFull`, `system`.
  public func add(
    from source: ((UnsafeRawBufferPointer) throws(HubError) -> Void) throws(HubError) -> Void
  ) throws(HubError) -> LFSPointer {
    let incoming = path + "/incoming/" + UUID().uuidString
    try makeDirectories(path + "/incoming")
    let descriptor = open(incoming, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw HubError(.system(call: "open", path: incoming, errno: errno)) }
    defer { close(descriptor) }
    do throws(HubError) {
      var (hash, size) = (SHA256(), Int64(0))
      try source { bytes throws(HubError) in
        hash.update(bufferPointer: bytes)
        size += Int64(bytes.count)
        try writeAll(bytes, to: descriptor, incoming)
      }
      guard let pointer = LFSPointer(oid: hexadecimal(hash.finalize()), size: size) else {
        throw HubError(.repository(reason: "a hash that is none"))
      }
      guard fsync(descriptor) == 0 else { throw HubError(.system(call: "fsync", path: incoming, errno: errno)) }
      try publish(incoming, as: pointer)
      return pointer
    } catch {
      unlink(incoming)
      throw error
    }
  }

  private func publish(_ incoming: String, as pointer: LFSPointer) throws(HubError) {
    if try self.file(of: pointer) != nil {
      unlink(incoming)
      return
    }
    let file = Self.file(pointer.oid, in: path + "/objects")
    let directory = URL(filePath: file).deletingLastPathComponent().path
    try makeDirectories(directory)
    guard rename(incoming, file) == 0 else { throw HubError(.system(call: "rename", path: file, errno: errno)) }
    synchronizeDirectory(directory)
  }

  private static func file(_ oid: String, in directory: String) -> String {
    "\(directory)/\(oid.prefix(2))/\(oid.dropFirst(2).prefix(2))/\(oid)"
  }
}
