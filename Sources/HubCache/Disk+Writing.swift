import Foundation
package import HubModel

/// Changes that happen at once or not at all.
///
/// What is new is made under a temporary name first, beside its place unless the caller names another one on the same
/// file system: a process that is killed leaves it behind, and in some folders Python takes every name for one of its own.
extension Disk {
  /// Writes a file so that at every moment, and after a power failure, the old or the new content is at `path`.
  package static func replace(_ path: String, with bytes: [UInt8], by temporary: String? = nil) throws(HubError) {
    try place(path, by: temporary) { temporary throws(HubError) in
      let file = try Descriptor(creatingLocked: temporary)
      try bytes.withUnsafeBufferPointer { bytes throws(HubError) in
        try file.write(UnsafeRawBufferPointer(bytes), at: 0)
      }
      try file.synchronize()
      return file
    }
  }

  /// Makes `path` a symbolic link to `target`, replacing a file or link there at once.
  ///
  /// - Returns: `false` where the file system has no links.
  package static func link(_ path: String, to target: String, by temporary: String? = nil) throws(HubError) -> Bool {
    if Disk.target(ofLink: path) == target { return true }
    try makeDirectory(folder(of: path))
    if symlink(target, path) == 0 { return true }
    var hasLinks = true
    do throws(HubError) {
      try place(path, by: temporary) { temporary throws(HubError) in
        guard symlink(target, temporary) != 0 else { return nil }
        hasLinks = errno != EPERM && errno != ENOTSUP && errno != ENOSYS
        throw .disk("symlink", path, errno)
      }
    } catch {
      if hasLinks { throw error }
    }
    return hasLinks
  }

  /// Copies a file so that at every moment the old or the whole new content is at `path`.
  package static func copy(_ source: String, to path: String, by temporary: String? = nil) throws(HubError) {
    try place(path, by: temporary) { temporary throws(HubError) in
      guard let input = try Descriptor(opening: source, O_RDONLY) else { throw .disk("open", source, ENOENT) }
      let output = try Descriptor(creatingLocked: temporary)
      var buffer = [UInt8](repeating: 0, count: 1 << 20)
      var offset: Int64 = 0
      while true {
        let count = try buffer.withUnsafeMutableBufferPointer { buffer throws(HubError) in
          try input.read(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
        }
        if count == 0 { break }
        try buffer.withUnsafeBufferPointer { buffer throws(HubError) in
          try output.write(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: buffer[..<count])), at: offset)
        }
        offset += Int64(count)
      }
      try output.synchronize()
      return output
    }
  }

  /// Gives a file another name at once (rename(2)).
  ///
  /// - Parameter lasting: Whether to wait until the name would survive a power failure (fsync(2) of the folder). A content
  ///   needs that, before a link names it; a lost link or ref only has to be made again.
  package static func rename(_ path: String, to other: String, lasting: Bool = false) throws(HubError) {
    if Foundation.rename(path, other) != 0 {
      // What is in the way of a file, and has no business there.
      guard errno == EISDIR || errno == ENOTDIR || errno == ENOTEMPTY || errno == EEXIST,
        try status(other)?.kind == .directory
      else { throw .disk("rename", other, errno) }
      throw HubError(.cache(path: other, reason: "a directory is where a file should be; remove it"))
    }
    if lasting { try synchronize(directory: folder(of: other)) }
  }

  /// Removes a file or link, if there is one; a directory with all that it holds.
  package static func remove(_ path: String) throws(HubError) {
    if unlink(path) == 0 || errno == ENOENT || errno == ENOTDIR { return }
    let code = errno
    guard try status(path)?.kind == .directory else { throw .disk("unlink", path, code) }
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      throw HubError(.cache(path: path, reason: "it cannot be removed"), cause: error)
    }
  }

  /// A number that no other writer has, for a temporary name.
  package static func uniqueName() -> String { String(UInt64.random(in: 0...UInt64.max), radix: 16) }

  /// Gives what `make` makes under a temporary name its own; the file that it returns stays open, and locked, till then.
  private static func place(
    _ path: String, by temporary: String?, _ make: (String) throws(HubError) -> Descriptor?
  ) throws(HubError) {
    let folder = folder(of: path)
    try makeDirectory(folder)
    // Not the file's own name with an addition: that may be as long as a name can be.
    let temporary = temporary ?? "\(folder)/.\(uniqueName()).tmp"
    do throws(HubError) {
      let file = try make(temporary)
      try rename(temporary, to: path)
      withExtendedLifetime(file) {}
    } catch {
      unlink(temporary)
      throw error
    }
  }

  private static func synchronize(directory: String) throws(HubError) {
    guard let file = try Descriptor(opening: directory, O_RDONLY | O_DIRECTORY) else { return }
    // Some network file systems know no fsync of a directory; a rename is as safe there as it gets.
    _ = fsync(file.number)
  }
}
