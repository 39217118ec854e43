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
    path = "\(directory)/\(hexadecimal(SHA256.hash(data: Data(remote.description.utf8)))).git"
  }

  /// The mirror in place of a workspace's own repository: fetched anew each time.
  init(in workspace: Workspace) { path = workspace.repository }

  /// The folder that holds the objects.
  var objects: String { path + "/objects" }

  /// Takes the lock; the mirror is made if there is none.
  func lock() async throws(HubError) -> FileLock {
    try await FileLock.wait(path.dropLast(".git".count) + ".lock", patience: 3600)
  }

  /// Fetches the ref `name` unless it is where the server has it. A mirror that is damaged is made anew.
  ///
  /// - Parameters:
  ///   - name: The ref's full name.
  ///   - wanted: Where it is on the server.
  ///   - exchange: The way to the server.
  /// - Returns: Where the ref is in the mirror now: as wanted, or further if it moved meanwhile; `nil` if it has gone.
  /// - Throws: As ``HubGit/GitRepository/fetch(_:from:)``.
  func update(_ name: String, to wanted: CommitID, from exchange: BlockingExchange) async throws(HubError) -> CommitID?
  {
    try await exchange.run { [self] () throws(HubError) in
      removeLeftovers()
      do throws(HubError) {
        return try fetch(name, wanted, from: exchange)
      } catch  where error.code == .repository {
        // Damaged, or the server's fault; a new one tells, and is the way out of the former.
        try? FileManager.default.removeItem(atPath: path)  // cleanup; what stays is found out by the next line
        return try fetch(name, wanted, from: exchange)
      }
    }
  }

  private func fetch(
    _ name: String, _ wanted: CommitID, from exchange: BlockingExchange
  ) throws(HubError) -> CommitID? {
    let repository = try GitRepository.create(bareAt: path)
    if try repository.commit(ofReference: name) != wanted { try repository.fetch([name], from: exchange) }
    guard let current = try repository.commit(ofReference: name) else { return nil }
    // A pack that was cut short since shows here, before anything is built on it.
    _ = try repository.entries(in: current, recursive: true)
    return current
  }

  /// Removes the packs of fetches that were killed; who holds the lock is the only one to fetch.
  private func removeLeftovers() {
    let directory = objects + "/pack"
    // Absence: a new mirror has no such folder.
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    for name in names where name.hasPrefix("pack_git2_") { unlink(directory + "/" + name) }
  }
}
