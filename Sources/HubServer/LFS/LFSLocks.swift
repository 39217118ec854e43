import Foundation
import HubGit
import HubModel
import Synchronization

/// The locks of one repository, in `REPO.git/lfs/locks.json`, in the order in which they were taken.
///
/// They are advice: git-lfs asks before it pushes. The file is replaced as a whole, and `REPO.git/lfs/locks.lock` is
/// held (flock(2)) while it is changed.
struct LFSLocks: Sendable {
  /// More locks than a repository may have.
  static var limit: Int { 10_000 }

  private let directory: String
  private var path: String { directory + "/locks.json" }

  init(repositoryAt path: String) { directory = path + "/lfs" }

  /// The locks; none if the file is not there.
  ///
  /// - Throws: `configuration` for a file that cannot be read.
  func all() throws(HubError) -> [LFSLock] {
    guard let data = FileManager.default.contents(atPath: path) else { return [] }
    guard let locks = try? JSONDecoder().decode([LFSLock].self, from: data) else {  // the reason is always the same
      throw HubError(.configuration(source: path, reason: "it is not the list of locks that the hub wrote"))
    }
    return locks
  }

  /// Lets `change` change the locks while nobody else does, and writes them to the disk.
  ///
  /// - Throws: What `change` throws; `system`, `diskFull`.
  func change<Value>(_ change: (inout [LFSLock]) throws -> Value) throws -> Value {
    try makeDirectories(directory)
    return try withFileLock(directory + "/locks.lock") {
      let before = try all()
      var locks = before
      let value = try change(&locks)
      if locks != before { try write(locks) }
      return value
    }
  }

  private func write(_ locks: [LFSLock]) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .withoutEscapingSlashes, .sortedKeys]
    try replaceFile(path, with: [UInt8](encoder.encode(locks)))
  }
}

/// Some of the locks, from a place that a cursor names.
struct LFSLockPage: Sendable {
  static var size: Int { 100 }

  let locks: [LFSLock]
  let next: String?

  /// The locks of `all` from the one named `cursor` on; a cursor that names none has nothing after it.
  init(of all: [LFSLock], from cursor: String?, limit: Int?) {
    let start = cursor.map { cursor in all.firstIndex { $0.id == cursor } ?? all.count } ?? 0
    let count = max(1, min(limit ?? Self.size, Self.size))
    let end = min(start + count, all.count)
    locks = Array(all[start..<end])
    next = end < all.count ? all[end].id : nil
  }
}
