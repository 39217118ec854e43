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

  private func publish(_ data: Data, as oid: String) throws(HubError) {
    let (incoming, file) = (path + "/incoming/" + UUID().uuidString, Self.file(oid, in: path + "/objects"))
    do {
      for name in [incoming, file] {
        try FileManager.default.createDirectory(
          at: URL(filePath: name).deletingLastPathComponent(), withIntermediateDirectories: true)
      }
      try data.write(to: URL(filePath: incoming))
    } catch {
      throw HubError(.system(call: "write", path: incoming, errno: errno), cause: error)
    }
    guard Self.synchronize(incoming), rename(incoming, file) == 0 else {
      let failure = HubError(.system(call: "rename", path: file, errno: errno))
      unlink(incoming)
      throw failure
    }
    _ = Self.synchronize(URL(filePath: file).deletingLastPathComponent().path)
  }

  /// Waits until a file or directory is on the disk.
  private static func synchronize(_ path: String) -> Bool {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return fsync(descriptor) == 0
  }

  private static func file(_ oid: String, in directory: String) -> String {
    "\(directory)/\(oid.prefix(2))/\(oid.dropFirst(2).prefix(2))/\(oid)"
  }
}
