package import Foundation
package import HubModel

/// Makes the directory `path` and those on the way to it; one that exists is fine.
///
/// - Throws: `system` with what mkdir(2) says.
package func makeDirectories(_ path: String) throws(HubError) {
  if mkdir(path, 0o755) == 0 || errno == EEXIST { return }
  let parent = URL(filePath: path).deletingLastPathComponent().path
  guard errno == ENOENT, parent != path else { throw HubError(.system(call: "mkdir", path: path, errno: errno)) }
  try makeDirectories(parent)
  guard mkdir(path, 0o755) == 0 || errno == EEXIST else {
    throw HubError(.system(call: "mkdir", path: path, errno: errno))
  }
}

/// Writes all of `bytes` where `descriptor` stands; `path` is for the message.
///
/// - Throws: `diskFull`, or `system` with what write(2) says.
package func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, _ path: String) throws(HubError) {
  var rest = bytes
  while !rest.isEmpty {
    let count = write(descriptor, rest.baseAddress, rest.count)
    if count < 0 && errno == EINTR { continue }
    if count < 0 && errno == ENOSPC { throw HubError(.diskFull(path: path, needed: nil, free: nil)) }
    guard count > 0 else { throw HubError(.system(call: "write", path: path, errno: errno)) }
    rest = UnsafeRawBufferPointer(rebasing: rest[count...])
  }
}

/// Hands the bytes of the file `path` to `body`, up to 1 MiB at a time.
///
/// - Throws: `system` with what open(2) or read(2) says, and what `body` throws.
package func readAll(
  _ path: String, _ body: (UnsafeRawBufferPointer) throws(HubError) -> Void
) throws(HubError) {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw HubError(.system(call: "open", path: path, errno: errno)) }
  defer { close(descriptor) }
  let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 1)
  defer { buffer.deallocate() }
  while true {
    let count = read(descriptor, buffer.baseAddress, buffer.count)
    if count < 0 && errno == EINTR { continue }
    guard count >= 0 else { throw HubError(.system(call: "read", path: path, errno: errno)) }
    guard count > 0 else { return }
    try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
  }
}

/// Waits until the names in a directory are on the disk, where the file system can say so.
package func synchronizeDirectory(_ path: String) {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return }
  fsync(descriptor)
  close(descriptor)
}

/// Makes the file `path`, which must not be there, with these bytes, and waits until they are on the disk.
///
/// - Throws: `diskFull`, or `system` with what failed; then there is no such file.
package func makeFile(_ path: String, _ bytes: [UInt8], mode: mode_t = 0o644) throws(HubError) {
  let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
  guard descriptor >= 0 else { throw HubError(.system(call: "open", path: path, errno: errno)) }
  defer { close(descriptor) }
  do throws(HubError) {
    let written: Result<Void, HubError> = bytes.withUnsafeBytes { bytes in
      Result { () throws(HubError) in try writeAll(bytes, to: descriptor, path) }
    }
    try written.get()
    guard fsync(descriptor) == 0 else { throw HubError(.system(call: "fsync", path: path, errno: errno)) }
  } catch {
    unlink(path)
    throw error
  }
}

/// Puts a file with these bytes in the place of `path`: at once or not at all, and on the disk when this returns.
///
/// - Parameter draft: Where it is made, on the same file system; what an end at the wrong moment leaves there is the
///   caller's to remove.
/// - Throws: `diskFull`, or `system` with what failed; then `path` is as it was.
package func replaceFile(
  _ path: String, with bytes: [UInt8], mode: mode_t = 0o644, draft: String? = nil
) throws(HubError) {
  let draft = draft ?? path + "." + UUID().uuidString
  try makeFile(draft, bytes, mode: mode)
  guard rename(draft, path) == 0 else {
    let failure = errno
    unlink(draft)
    throw HubError(.system(call: "rename", path: path, errno: failure))
  }
  synchronizeDirectory(URL(filePath: path).deletingLastPathComponent().path)
}

/// Runs `body` while nobody else does for the same file, in this process or in another (flock(2)); waits for its turn.
///
/// - Parameter path: A file for this purpose alone, which is made if it is not there and stays.
/// - Throws: `system`; what `body` throws.
package func withFileLock<Value>(_ path: String, _ body: () throws -> Value) throws -> Value {
  let guardian = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
  guard guardian >= 0 else { throw HubError(.system(call: "open", path: path, errno: errno)) }
  defer { close(guardian) }
  while flock(guardian, LOCK_EX) != 0 {
    guard errno == EINTR else { throw HubError(.system(call: "flock", path: path, errno: errno)) }
  }
  return try body()
}
