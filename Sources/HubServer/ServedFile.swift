import Foundation
import HubGit
import HubModel

/// An open file: it stays what it is while it is sent, whatever happens to its name.
final class ServedFile: Sendable {
  let descriptor: Int32

  init(owning descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  convenience init(path: String) throws(HubError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw HubError(.system(call: "open", path: path, errno: errno)) }
    self.init(owning: descriptor)
  }

  /// How many bytes there are now.
  ///
  /// - Throws: `system` with what fstat(2) says.
  func length() throws(HubError) -> Int64 {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw HubError(.system(call: "fstat", path: "a served file", errno: errno))
    }
    return Int64(status.st_size)
  }

  /// Fills `buffer` with the bytes from `offset` on.
  ///
  /// - Throws: `integrity` if the file ends before that.
  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(HubError) {
    var count = 0
    while count < buffer.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
      let read = pread(descriptor, rest.baseAddress, rest.count, off_t(offset) + off_t(count))
      if read < 0 && errno == EINTR { continue }
      guard read >= 0 else { throw HubError(.system(call: "pread", path: "a served file", errno: errno)) }
      guard read > 0 else { throw HubError(.integrity(expected: "\(buffer.count) bytes", got: "\(count)")) }
      count += read
    }
  }
}

/// Files without a name, into which large blobs of git are inflated before they are sent.
///
/// A blob is compressed, and its reader may be slow: inflated on a disk it costs no memory while it is sent. The file
/// is removed from its directory before the first byte is in it, so nothing is left over whenever the server ends.
struct Spool: Sendable {
  /// The directory, on a disk with room for the largest blobs that are read at once.
  let directory: String

  /// A file with the bytes of `blob`, which have been compared with its name.
  func file(of blob: GitObjectID, in repository: borrowing GitRepository, limit: Int) throws(HubError) -> ServedFile {
    let file = try empty()
    try repository.write(blob: blob, limit: limit) { bytes throws(HubError) in
      try writeAll(bytes, to: file.descriptor, directory)
    }
    return file
  }

  /// A file without a name, to write to and to read from.
  func empty() throws(HubError) -> ServedFile {
    try makeDirectories(directory)
    let path = directory + "/" + UUID().uuidString
    let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw HubError(.system(call: "open", path: path, errno: errno)) }
    unlink(path)
    return ServedFile(owning: descriptor)
  }
}
