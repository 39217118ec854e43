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

  /// Stores `bytes` as an object.
  ///
  /// - Returns: The pointer to commit in place of the bytes.
  public func add(_ bytes: some Sequence<UInt8>) throws(HubError) -> LFSPointer {
    let data = Data(bytes)
    let oid = hexadecimal(SHA256.hash(data: data))
    guard let pointer = LFSPointer(oid: oid, size: Int64(data.count)) else {
      throw HubError(.repository(reason: "a hash of \(oid.utf8.count) digits"))
    }
    if try file(of: pointer) == nil { try publish(data, as: oid) }
    return pointer
  }

  /// Gives the bytes their name once they are on the disk: another process sees all of the object or none.
  private func publish(_ data: Data, as oid: String) throws(HubError) {
    let (incoming, file) = (path + "/incoming/" + UUID().uuidString, Self.file(oid, in: path + "/objects"))
    let directory = URL(filePath: file).deletingLastPathComponent().path
    for path in [path + "/incoming", directory] { try makeDirectories(path) }
    let descriptor = open(incoming, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw HubError(.system(call: "open", path: incoming, errno: errno)) }
    defer { close(descriptor) }
    do throws(HubError) {
      let written: Result<Void, HubError> = data.withUnsafeBytes { bytes in
        Result { () throws(HubError) in try writeAll(bytes, to: descriptor, incoming) }
      }
      try written.get()
      guard fsync(descriptor) == 0 else { throw HubError(.system(call: "fsync", path: incoming, errno: errno)) }
      guard rename(incoming, file) == 0 else { throw HubError(.system(call: "rename", path: file, errno: errno)) }
    } catch {
      unlink(incoming)
      throw error
    }
    Self.synchronize(directory)
  }

  /// Waits until the names in a directory are on the disk, where the file system can say so.
  private static func synchronize(_ directory: String) {
    let descriptor = open(directory, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  private static func file(_ oid: String, in directory: String) -> String {
    "\(directory)/\(oid.prefix(2))/\(oid.dropFirst(2).prefix(2))/\(oid)"
  }
}
