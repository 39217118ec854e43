import Crypto
import Foundation
public import HubModel
import Synchronization

/// The bytes of an object, or of a part of one, while they arrive: a file that has no name yet that anybody looks for.
///
/// They are hashed on the way. What is not given a name is gone with the last owner of this value; what the process
/// could not remove itself, `LFSStore.sweep` finds.
public final class LFSIncoming: Sendable {
  private struct State {
    var hash = SHA256()
    var count: Int64 = 0
    var isNamed = false
  }

  private let path: String
  private let descriptor: Int32
  private let state = Mutex(State())

  /// An empty file among the incoming ones of `store`.
  ///
  /// - Throws: `system`, `diskFull`.
  public init(in store: LFSStore) throws(HubError) {
    try makeDirectories(store.incoming)
    path = store.incoming + "/" + UUID().uuidString
    descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw HubError(.system(call: "open", path: path, errno: errno)) }
  }

  deinit {
    close(descriptor)
    if !state.withLock(\.isNamed) { unlink(path) }
  }

  /// The number of bytes so far.
  public var count: Int64 { state.withLock(\.count) }

  /// The SHA-256 of the bytes so far, as hexadecimal digits.
  public var digest: String { state.withLock { hexadecimal($0.hash.finalize()) } }

  /// Takes the next bytes.
  ///
  /// - Throws: `diskFull`, `system`.
  public func append(_ bytes: UnsafeRawBufferPointer) throws(HubError) {
    try writeAll(bytes, to: descriptor, path)
    state.withLock { state in
      state.hash.update(bufferPointer: bytes)
      state.count += Int64(bytes.count)
    }
  }

  /// Takes all bytes of the file at `path`, a piece of it in memory at a time.
  ///
  /// - Throws: `system`, `diskFull`.
  func append(fileAt path: String) throws(HubError) {
    let source = open(path, O_RDONLY | O_CLOEXEC)
    guard source >= 0 else { throw HubError(.system(call: "open", path: path, errno: errno)) }
    defer { close(source) }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
    defer { buffer.deallocate() }
    while true {
      let count = read(source, buffer.baseAddress, buffer.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw HubError(.system(call: "read", path: path, errno: errno)) }
      guard count > 0 else { return }
      try append(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
  }

  /// Gives the bytes the name `file` once they are on the disk: another process sees all of them or none.
  ///
  /// - Throws: `system` with the call that failed.
  func publish(as file: String) throws(HubError) {
    let directory = URL(filePath: file).deletingLastPathComponent().path
    try makeDirectories(directory)
    guard fsync(descriptor) == 0 else { throw HubError(.system(call: "fsync", path: path, errno: errno)) }
    guard rename(path, file) == 0 else { throw HubError(.system(call: "rename", path: file, errno: errno)) }
    state.withLock { $0.isNamed = true }
    synchronizeDirectory(directory)
  }
}
