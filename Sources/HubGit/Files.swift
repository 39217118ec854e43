import Foundation
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
