import Crypto
import Foundation
import HubCache
import HubGit
import HubModel

/// A copy of the branches that were asked for, with their history and their blobs, for servers that cannot send less.
///
///     CACHE/SHA256 OF THE URL.git     a bare repository; its configuration knows no URL and no token
///     CACHE/SHA256 OF THE URL.lock    held while it is fetched into
///
/// It is a cache: what is asked for again is compared with the server, and only what is new is fetched. It may be
/// removed at any time.
struct Mirror: Sendable {
  /// The bare repository.
  let path: String

  init(of remote: GitRemote, in directory: String) {
    let digits = SHA256.hash(data: Data(remote.description.utf8)).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }
    path = "\(directory)/\(digits.joined()).git"
  }

  /// The mirror in place of a workspace's own repository: fetched anew each time.
  init(in workspace: Workspace) { path = workspace.repository }

  /// The folder that holds the objects.
  var objects: String { path + "/objects" }

  /// Takes the lock; the mirror is made if there is none.
  func lock() async throws(HubError) -> FileLock {
    try await FileLock.wait(path.dropLast(".git".count) + ".lock", patience: 3600)
  }

  /// Fetches `names` unless they are where the server has them.
  ///
  /// - Parameters:
  ///   - wanted: Where each ref is on the server.
  ///   - exchange: The way to the server.
  /// - Returns: Where the refs are in the mirror now: as wanted, or further if they moved meanwhile.
  /// - Throws: As ``HubGit/GitRepository/fetch(_:from:)``.
  func update(
    _ wanted: [String: CommitID], from exchange: BlockingExchange
  ) async throws(HubError) -> [String: CommitID] {
    try await exchange.run { [self] () throws(HubError) in
      removeLeftovers()
      let repository = try GitRepository.create(bareAt: path)
      var stale: [String] = []
      for (name, commit) in wanted where try repository.commit(ofReference: name) != commit { stale.append(name) }
      if !stale.isEmpty { try repository.fetch(stale, from: exchange) }
      var current: [String: CommitID] = [:]
      for name in wanted.keys { current[name] = try repository.commit(ofReference: name) }
      return current
    }
  }

  /// Removes the packs of fetches that were killed; who holds the lock is the only one to fetch.
  private func removeLeftovers() {
    let directory = objects + "/pack"
    // Absence: a new mirror has no such folder.
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    for name in names where name.hasPrefix("pack_git2_") { unlink(directory + "/" + name) }
  }
}
