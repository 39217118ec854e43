import Foundation
import HubGit
import HubModel

/// Which repositories there are changes by renaming a folder, so that it changes at once or not at all:
///
///     ROOT/unfinished/UUID            a repository that is being made, or one that is being removed
///     ROOT/models/OWNER/OLD.moved     the name that the repository OWNER/OLD has now, and a line end
///
/// What an end at the wrong moment leaves behind lies in `unfinished`, which is emptied at the next start.
extension Repositories {
  private var unfinished: String { root + "/unfinished" }

  /// Removes what an earlier process could not finish.
  func clean() { try? FileManager.default.removeItem(atPath: unfinished) }  // cleanup

  /// Makes a repository: `fill` gets it empty, and nobody sees it before that is done.
  ///
  /// - Throws: `conflict` if there is one of that name; what `fill` throws.
  func create(
    _ id: RepositoryID, _ fill: (borrowing GitRepository) throws(HubError) -> Void
  ) throws(HubError) {
    let (made, place) = (unfinished + "/" + UUID().uuidString, path(of: id))
    do throws(HubError) {
      guard access(place, F_OK) != 0 else { throw HubError(.conflict("\(id) exists")) }
      try fill(try GitRepository.create(bareAt: made))
      try makeDirectories(folder(of: place))
      try rename(made, to: place)
    } catch {
      try? FileManager.default.removeItem(atPath: made)  // cleanup
      throw error
    }
    unlink(sign(of: id))
  }

  /// Removes a repository with everything in it; objects of LFS that it shared stay.
  ///
  /// - Throws: `repositoryNotFound`.
  func remove(_ id: RepositoryID) throws(HubError) {
    let removed = unfinished + "/" + UUID().uuidString
    guard access(path(of: id), F_OK) == 0 else { throw HubError(.repositoryNotFound) }
    try makeDirectories(unfinished)
    try rename(path(of: id), to: removed)
    try? FileManager.default.removeItem(atPath: removed)  // cleanup: what is left goes at the next start
  }

  /// Gives a repository another name; the old one leads to it from then on.
  ///
  /// The sign is written first: it counts only where there is no repository.
  ///
  /// - Throws: `repositoryNotFound`; `conflict` if there is a repository of the new name.
  func move(_ id: RepositoryID, to other: RepositoryID) throws(HubError) {
    guard access(path(of: id), F_OK) == 0 else { throw HubError(.repositoryNotFound) }
    guard access(path(of: other), F_OK) != 0 else { throw HubError(.conflict("\(other) exists")) }
    try makeDirectories(unfinished)
    try replaceFile(sign(of: id), with: Array("\(other.name)\n".utf8), draft: unfinished + "/" + UUID().uuidString)
    try makeDirectories(folder(of: path(of: other)))
    try rename(path(of: id), to: path(of: other))
    unlink(sign(of: other))
  }

  /// The repository that was called `id` once, `nil` if none was or there is one of that name now.
  func moved(_ id: RepositoryID) -> RepositoryID? {
    var (seen, current): (Set<RepositoryID>, RepositoryID) = ([], id)
    while access(path(of: current), F_OK) != 0 {
      guard seen.insert(current).inserted, let text = FileManager.default.contents(atPath: sign(of: current)),
        let next = try? RepositoryID(String(decoding: text.prefix { $0 != 10 }, as: UTF8.self), kind: id.kind)
      else { return nil }  // absence: no sign, one that leads in a circle, one that cannot be read
      current = next
    }
    return current == id ? nil : current
  }

  private func sign(of id: RepositoryID) -> String { "\(root)/\(id.kind.plural)/\(id.name).moved" }

  private func folder(of path: String) -> String { URL(filePath: path).deletingLastPathComponent().path }

  /// Renames, and waits until the names are on the disk.
  private func rename(_ old: String, to new: String) throws(HubError) {
    guard Foundation.rename(old, new) == 0 else {
      if [EEXIST, ENOTEMPTY].contains(errno) { throw HubError(.conflict("\(new) exists")) }
      throw HubError(.system(call: "rename", path: new, errno: errno))
    }
    for path in Set([folder(of: old), folder(of: new)]) { synchronizeDirectory(path) }
  }
}
