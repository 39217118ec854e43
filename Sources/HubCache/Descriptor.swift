import Foundation
package import HubModel

/// An open file, closed with its last owner.
///
/// Reads and writes name their offsets (pread(2), pwrite(2)), so several threads can share one.
package final class Descriptor: Sendable {
  /// The descriptor.
  package let number: Int32
  /// Where the file was when it was opened.
  package let path: String

  /// Opens the file at `path` (open(2)).
  ///
  /// - Parameter absenceIsError: Whether it is an error that there is nothing at `path`.
  /// - Returns: `nil` if there is nothing, and that is no error.
  package init?(opening path: String, _ flags: Int32, absenceIsError: Bool = true) throws(HubError) {
    var number: Int32
    repeat { number = open(path, flags | O_CLOEXEC, 0o666) } while number < 0 && errno == EINTR
    if number < 0, !absenceIsError, errno == ENOENT || errno == ENOTDIR { return nil }
    guard number >= 0 else { throw .disk("open", path, errno) }
    (self.number, self.path) = (number, path)
  }

  /// Makes a new file at `path`, where there must be none, and locks it (flock(2)): who finds it unlocked may remove it.
  package init(creatingLocked path: String) throws(HubError) {
    var number: Int32
    repeat { number = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666) } while number < 0 && errno == EINTR
    guard number >= 0 else { throw .disk("open", path, errno) }
    // Where there are no locks nobody else can hold one either.
    _ = flock(number, LOCK_EX | LOCK_NB)
    (self.number, self.path) = (number, path)
  }

  deinit { close(number) }

  /// What the file is (fstat(2)).
  package func status() throws(HubError) -> Disk.Status {
    var status = stat()
    guard fstat(number, &status) == 0 else { throw .disk("fstat", path, errno) }
    return Disk.Status(status)
  }

  /// Fills the front of `buffer` with the bytes from `offset` on.
  ///
  /// - Returns: How many there were; fewer than the buffer holds only at the file's end.
  package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(HubError) -> Int {
    var filled = 0
    while filled < buffer.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
      let count = pread(number, rest.baseAddress, rest.count, off_t(offset) + off_t(filled))
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .disk("pread", path, errno) }
      if count == 0 { break }
      filled += count
    }
    return filled
  }

  /// At most `count` bytes from `offset` on.
  package func read(at offset: Int64, count: Int) throws(HubError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let filled = try bytes.withUnsafeMutableBufferPointer { buffer throws(HubError) in
      try read(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
    }
    return filled == count ? bytes : Array(bytes.prefix(filled))
  }

  /// Writes all of `bytes` from `offset` on.
  package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(HubError) {
    var written = 0
    while written < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
      let count = pwrite(number, rest.baseAddress, rest.count, off_t(offset) + off_t(written))
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .disk("pwrite", path, errno) }
      written += count
    }
  }

  /// Cuts or extends the file to `length` bytes.
  package func truncate(to length: Int64) throws(HubError) {
    guard ftruncate(number, off_t(length)) == 0 else { throw .disk("ftruncate", path, errno) }
  }

  /// Waits until what was written would survive a power failure (fsync(2)).
  package func synchronize() throws(HubError) {
    guard fsync(number) == 0 else { throw .disk("fsync", path, errno) }
  }
}
