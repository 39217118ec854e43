internal import CGit2
import HubModel

/// The tree of a commit.
extension GitRepository {
  /// The tree of `parent` with `changes` made; the blobs that stay need not be there, as in a partial clone.
  ///
  /// What is deleted goes first, so that a file may take the place of a directory, and a directory that is deleted may
  /// have new files.
  borrowing func tree(
    _ changes: [RepositoryPath: GitChange], on parent: CommitID?
  ) throws(HubError) -> GitObjectID {
    let base = try tree(of: parent)
    var (removals, additions): ([GitStep], [GitStep]) = ([], [])
    for (path, change) in changes {
      switch change {
      case .file(let bytes): additions.append(.put(path, try addBlob(bytes)))
      case .pointer(let pointer): additions.append(.put(path, try addBlob(pointer.text.utf8)))
      case .deleted where changes.hasDeletion(above: path): break
      case .deleted:
        let isDirectory = try entry(at: path, inTree: base)?.kind == .directory
        removals.append(isDirectory ? .removeDirectory(path) : .remove(path))
      }
    }
    return try tree(removals + additions, on: base)
  }
}

extension [RepositoryPath: GitChange] {
  /// Whether a folder that `path` lies in is deleted as a whole.
  fileprivate func hasDeletion(above path: RepositoryPath) -> Bool {
    path.directories.contains { self[$0] == .deleted }
  }
}
