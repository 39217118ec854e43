import Foundation
import HubModel

/// Locks of git that a process left behind when it was killed: `refs/heads/main.lock` and its kin.
///
/// Git and libgit2 change a ref by making such a file, writing to it, and renaming it; nobody can change the ref while it
/// is there, and nothing takes it away when its maker dies. A lock that is there when the server starts and has not
/// changed for some seconds after its making is such a one: making, writing and renaming take milliseconds, and what
/// processes of an earlier server may still do ends with their pipes.
struct AbandonedLocks: Sendable {
  private struct Lock: Sendable, Equatable {
    let path: String
    let inode: UInt64
    let made: Int64

    init?(_ path: String) {
      var status = stat()
      guard lstat(path, &status) == 0 else { return nil }
      (self.path, inode) = (path, UInt64(status.st_ino))
      #if os(macOS)
        made = Int64(status.st_mtimespec.tv_sec)
      #else
        made = Int64(status.st_mtim.tv_sec)
      #endif
    }
  }

  private let locks: [Lock]

  /// Seconds after which nobody goes on with a lock.
  private static let patience: Int64 = 3

  /// The locks that are there now.
  init(_ repositories: Repositories) {
    locks = RepositoryID.Kind.allCases.flatMap(repositories.names).flatMap { Self.locks(in: repositories.path(of: $0)) }
  }

  private static func locks(in repository: String) -> [Lock] {
    let refs = FileManager.default.subpaths(atPath: repository + "/refs") ?? []
    let paths = refs.filter { $0.hasSuffix(".lock") }.map { "\(repository)/refs/\($0)" }
    return (paths + ["HEAD", "packed-refs", "config"].map { "\(repository)/\($0).lock" }).compactMap(Lock.init)
  }

  /// Waits until those that are still in use would have gone, and removes the others.
  ///
  /// - Returns: The files that were removed.
  func remove() async -> [String] {
    var removed: [String] = []
    for lock in locks {
      let age = currentSeconds() - lock.made
      if age <= Self.patience {
        // Ends by cancellation, when the server stops: the next start goes on.
        guard (try? await Task.sleep(for: .seconds(Self.patience + 1 - max(0, age)))) != nil else { return removed }
      }
      guard Lock(lock.path) == lock, unlink(lock.path) == 0 else { continue }
      removed.append(lock.path)
    }
    return removed
  }
}
