import Foundation
import HubModel

extension SecretFile {
  /// Puts `text` into the file at `path`, which nobody else can read at any moment, and makes its folder for the user
  /// alone if there is none.
  ///
  /// The file is replaced as a whole; where `path` is a symbolic link, the file that it leads to is.
  ///
  /// - Throws: `permission`, `diskFull`, `system`; what was there stays then.
  static func write(_ text: String, to path: String) throws(HubError) {
    let path = URL(filePath: path).resolvingSymlinksInPath().path
    try makeFolder(URL(filePath: path).deletingLastPathComponent().path)
    let temporary = path + ".\(UUID().uuidString.prefix(8)).tmp"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw failure("open", path) }
    defer { unlink(temporary) }
    let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    do {
      try file.write(contentsOf: Data(text.utf8))
      try file.synchronize()
    } catch {
      throw HubError(.cache(path: path, reason: "it cannot be written"), cause: error)
    }
    guard rename(temporary, path) == 0 else { throw failure("rename", path) }
  }

  /// Removes the file at `path`.
  ///
  /// - Returns: Whether there was one.
  static func remove(_ path: String) throws(HubError) -> Bool {
    if unlink(path) == 0 { return true }
    guard errno == ENOENT || errno == ENOTDIR else { throw failure("unlink", path) }
    return false
  }

  /// Lets `work` run while no other process of ours has the lock at `path`.
  static func locked<Value>(_ path: String, _ work: () throws(HubError) -> Value) throws(HubError) -> Value {
    try makeFolder(URL(filePath: path).deletingLastPathComponent().path)
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw failure("open", path) }
    defer { close(descriptor) }
    while flock(descriptor, LOCK_EX) != 0 {
      guard errno == EINTR else { throw failure("flock", path) }
    }
    return try work()
  }

  private static func makeFolder(_ path: String) throws(HubError) {
    if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
    let parent = URL(filePath: path).deletingLastPathComponent().path
    guard errno == ENOENT, parent != path else { throw failure("mkdir", path) }
    try makeFolder(parent)
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw failure("mkdir", path) }
  }

  private static func failure(_ call: String, _ path: String) -> HubError {
    switch errno {
    case EACCES, EPERM: HubError(.permission(path: path))
    case EROFS: HubError(.readOnly(path: path))
    case ENOSPC: HubError(.diskFull(path: path, needed: nil, free: nil))
    case let code: HubError(.system(call: call, path: path, errno: code))
    }
  }
}
