import Foundation
public import HubModel

/// An exclusive lock on a file (flock(2)), held until the last reference to it is gone or the process ends.
///
/// The kernel keeps it, so a process that is killed holds nothing. The file is never removed: another process may be
/// waiting for it.
public final class FileLock: Sendable {
  private let file: Descriptor

  private init(_ file: Descriptor) { self.file = file }

  deinit { flock(file.number, LOCK_UN) }

  /// Takes the lock if nobody holds it.
  ///
  /// - Returns: The lock, or `nil` if another process or task holds it.
  /// - Throws: `cache` if something else than a file is there; what the disk says; `system` where the file system has no
  ///   locks.
  public static func attempt(_ path: String) throws(HubError) -> FileLock? {
    try Disk.makeDirectory(Disk.folder(of: path))
    // Python gives its locks this mode whatever the umask, so that the users of a group share them.
    guard let file = try Descriptor(opening: path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK) else { return nil }
    guard try file.status().kind == .file else {
      throw HubError(.cache(path: path, reason: "a lock should be a file; remove what is there"))
    }
    _ = fchmod(file.number, 0o664)
    while flock(file.number, LOCK_EX | LOCK_NB) != 0 {
      switch errno {
      case EWOULDBLOCK: return nil
      case EINTR: continue
      case let code: throw .disk("flock", path, code)
      }
    }
    return FileLock(file)
  }

  /// Waits for the lock.
  ///
  /// - Parameters:
  ///   - path: The lock's file.
  ///   - patience: How many seconds to wait without a sign of life.
  ///   - signOfLife: Grows while the holder gets on with its work; with it the patience begins anew.
  ///   - waiting: Called once, when it turns out that somebody else holds the lock.
  /// - Throws: `lockTimeout`, `cancelled`, and as ``attempt(_:)``.
  public static func wait(
    _ path: String, patience: Double = 60, signOfLife: () -> Int64 = { 0 }, waiting: () -> Void = {}
  ) async throws(HubError) -> FileLock {
    // Looking for a sign of life costs more than taking a lock that nobody holds.
    if let lock = try attempt(path) { return lock }
    waiting()
    var (life, since) = (signOfLife(), ContinuousClock.now)
    var pause = 0.005
    while true {
      if let lock = try attempt(path) { return lock }
      let now = signOfLife()
      if now != life { (life, since) = (now, .now) }
      guard ContinuousClock.now - since < .seconds(patience) else {
        throw HubError(.lockTimeout(path: path, seconds: patience))
      }
      do {
        try await Task.sleep(for: .seconds(pause))
      } catch {
        throw HubError(.cancelled)
      }
      pause = min(pause * 1.5, 0.1)
    }
  }
}
