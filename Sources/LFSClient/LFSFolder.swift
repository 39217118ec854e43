import Foundation
import HubCache
public import HubModel
import HubTransport

/// The `lfs/objects` folder of a bare repository on this machine, where git-lfs looks for the objects of its pointers.
public struct LFSFolder: Sendable {
  /// The repository's directory.
  public let repository: String

  /// The folder of the repository at this path, which need not exist yet.
  public init(repository: String) { self.repository = repository }

  /// Copies those of `objects` that are not there.
  ///
  /// - Returns: How many were copied.
  /// - Throws: `conflict` for a file that is another one than when it was hashed; `diskFull`, `permission`, `system`.
  @discardableResult
  public func add(
    _ objects: [LFSObject], progress: (@Sendable (LFSProgress) -> Void)? = nil
  ) async throws(HubError) -> Int {
    try await offThePool { () throws(HubError) in
      var copied = 0
      for object in objects {
        let size = object.pointer.size
        guard try Disk.status(file(of: object.pointer.oid))?.size != size else {
          progress?(.skipped(object.path, bytes: size))
          continue
        }
        try copy(object)
        copied += 1
        progress?(.sent(object.path, bytes: size))
        progress?(.finished(object.path))
      }
      return copied
    }
  }

  private func file(of oid: String) -> String {
    "\(repository)/lfs/objects/\(oid.prefix(2))/\(oid.dropFirst(2).prefix(2))/\(oid)"
  }

  /// The object gets its name when its bytes are on the disk, and are those of the name.
  private func copy(_ object: LFSObject) throws(HubError) {
    let (incoming, file) = ("\(repository)/lfs/tmp/\(Disk.uniqueName())", file(of: object.pointer.oid))
    for path in [incoming, file] { try Disk.makeDirectory(Disk.folder(of: path)) }
    do throws(HubError) {
      let output = try Descriptor(creatingLocked: incoming)
      let oid = try write(object, to: output)
      guard oid == object.pointer.etag else {
        throw HubError(
          .conflict("'\(object.path)' has changed since it was read, so nothing was committed"), cause: ChangedFile())
      }
      try output.synchronize()
      try Disk.rename(incoming, to: file, lasting: true)
    } catch {
      unlink(incoming)
      throw error
    }
  }

  private func write(_ object: LFSObject, to output: Descriptor) throws(HubError) -> ETag {
    let size = object.pointer.size
    var reader = try ContentSource(object.content, stamp: object.stamp, range: 0..<size).open()
    var (buffer, offset) = ([UInt8](repeating: 0, count: 1 << 20), Int64(0))
    var hash = ContentHash(like: .sha256(""), length: size)
    while true {
      let count = try buffer.withUnsafeMutableBufferPointer { buffer throws(HubError) in
        try reader.read(into: UnsafeMutableRawBufferPointer(buffer))
      }
      if count == 0 { return hash.finish() }
      try buffer.withUnsafeBufferPointer { buffer throws(HubError) in
        let bytes = UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: buffer[..<count]))
        hash.update(bytes)
        try output.write(bytes, at: offset)
      }
      offset += Int64(count)
    }
  }
}
