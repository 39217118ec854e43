import Foundation
public import HubModel

/// Which objects of git LFS a repository has a right to name.
///
///     REPOSITORY.git/lfs/known/4d/4d7a2146…      an empty file for each object
///
/// Objects are shared by all repositories of a hub, and anybody who learns the hash of one could commit a pointer to it:
/// without this record, that would make the content of a private repository readable. An object gets into the record
/// when somebody has shown to have it: by sending its bytes to this repository, or by having the right to read another
/// repository that knows it.
public struct LFSKnown: Hashable, Sendable {
  private let path: String

  /// The record of the bare repository at `path`.
  public init(repositoryAt path: String) { self.path = path }

  /// Whether the repository has the right to name the object; also if it holds the object itself, as git-lfs stores it.
  public func contains(_ oid: String) -> Bool {
    guard LFSPointer.isObjectID(oid) else { return false }
    let own = "\(path)/lfs/objects/\(oid.prefix(2))/\(oid.dropFirst(2).prefix(2))/\(oid)"
    return access(marker(oid), F_OK) == 0 || access(own, F_OK) == 0
  }

  /// Records an object; it is on the disk before this returns.
  ///
  /// - Throws: `system`, `diskFull`.
  public func add(_ oid: String) throws(HubError) {
    guard LFSPointer.isObjectID(oid), access(marker(oid), F_OK) != 0 else { return }
    let directory = "\(path)/lfs/known/\(oid.prefix(2))"
    try makeDirectories(directory)
    let descriptor = open(marker(oid), O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      if errno == ENOSPC { throw HubError(.diskFull(path: directory, needed: nil, free: nil)) }
      throw HubError(.system(call: "open", path: marker(oid), errno: errno))
    }
    close(descriptor)
    synchronizeDirectory(directory)
  }

  private func marker(_ oid: String) -> String { "\(path)/lfs/known/\(oid.prefix(2))/\(oid)" }
}
