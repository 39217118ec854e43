internal import CGit2
public import HubModel

extension GitRepository {
  /// Refuses a commit whose tree is larger than it looks: a few directories that hold each other many times over stand
  /// for more entries than any machine has room for.
  ///
  /// Each directory is read once, so the check itself costs what the objects do. libgit2 spells a tree out where it
  /// compares or merges one, without any limit of its own.
  ///
  /// - Throws: `limitExceeded` for more entries than `limits` allow, or more levels than a path may have; `repository` if
  ///   an object is damaged or missing.
  public borrowing func checkExtent(of commit: CommitID, limits: TreeLimits = TreeLimits()) throws(HubError) {
    var extent = TreeExtent(limits: limits)
    _ = try extent.measure(try root(of: commit), depth: 0, in: self)
  }
}

/// Counts what a tree stands for.
private struct TreeExtent {
  struct Size {
    /// All entries, those of directories within included.
    var entries = 0
    /// The levels of directories, itself included.
    var height = 1
  }

  /// As many components as a `RepositoryPath` has at most.
  static let mostLevels = 64

  let limits: TreeLimits
  private var known: [GitObjectID: Size] = [:]

  init(limits: TreeLimits) { self.limits = limits }

  mutating func measure(
    _ tree: git_oid, depth: Int, in repository: borrowing GitRepository
  ) throws(HubError) -> Size {
    let id = GitObjectID(tree)
    if let size = known[id] { return try checked(size, depth) }
    var (tree, size) = (tree, Size())
    _ = try checked(size, depth)
    let directory = try repository.directory(&tree, limits)
    size.entries = git_tree_entrycount(directory.pointer)
    for index in 0..<size.entries {
      guard let entry = git_tree_entry_byindex(directory.pointer, index),
        git_tree_entry_type(entry) == GIT_OBJECT_TREE
      else { continue }
      let below = try measure(git_tree_entry_id(entry).pointee, depth: depth + 1, in: repository)
      // Both are within the limit, so the sum is a number.
      size.entries += below.entries
      size.height = max(size.height, below.height + 1)
      _ = try checked(size, depth)
    }
    known[id] = size
    return try checked(size, depth)
  }

  private func checked(_ size: Size, _ depth: Int) throws(HubError) -> Size {
    guard size.entries <= limits.entries else { throw HubError(.limitExceeded("more than \(limits.entries) entries")) }
    guard depth + size.height <= Self.mostLevels else {
      throw HubError(.limitExceeded("directories more than \(Self.mostLevels) deep"))
    }
    return size
  }
}
