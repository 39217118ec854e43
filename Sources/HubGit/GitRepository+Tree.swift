internal import CGit2
public import HubModel

/// One entry of a commit's tree, at a path that is safe to list and to serve.
public struct GitEntry: Hashable, Sendable {
  /// What an entry is; submodules are none.
  public enum Kind: Hashable, Sendable {
    /// A directory.
    case directory
    /// A file, executable or not.
    case file
    /// A symbolic link: a small file that holds its target, never followed.
    case link
  }

  /// The full path.
  public let path: RepositoryPath
  /// What it is.
  public let kind: Kind
  /// The tree or the blob.
  public let id: GitObjectID
}

/// How much of a tree is looked at, whoever made it.
public struct TreeLimits: Hashable, Sendable {
  /// The most entries that one walk visits, those left out included.
  public var entries: Int
  /// The longest list of a single directory, in bytes as git stores it.
  public var bytesPerDirectory: Int

  /// The limits; the defaults let a repository of some hundred thousand files through.
  public init(entries: Int = 250_000, bytesPerDirectory: Int = 32 << 20) {
    (self.entries, self.bytesPerDirectory) = (entries, bytesPerDirectory)
  }
}

extension GitRepository {
  /// The entry at `path` in the tree of `commit`, or `nil` if there is none.
  ///
  /// - Throws: `limitExceeded` for a directory beyond the limits, `repository` if an object is damaged or missing.
  public borrowing func entry(
    at path: RepositoryPath, in commit: CommitID, limits: TreeLimits = TreeLimits()
  ) throws(HubError) -> GitEntry? {
    try entry(at: path, inTree: GitObjectID(try root(of: commit)), limits: limits)
  }

  /// The entry at `path` in the tree `root`, or `nil` if there is none.
  ///
  /// - Throws: As for that of a commit.
  public borrowing func entry(
    at path: RepositoryPath, inTree root: GitObjectID, limits: TreeLimits = TreeLimits()
  ) throws(HubError) -> GitEntry? {
    var tree = root.oid
    let components = path.components
    for (index, component) in components.enumerated() {
      let directory = try directory(&tree, limits)
      guard let entry = git_tree_entry_byname(directory.pointer, String(component)) else { return nil }
      guard let kind = GitEntry.Kind(entry) else { return nil }
      tree = git_tree_entry_id(entry).pointee
      if index == components.count - 1 { return GitEntry(path: path, kind: kind, id: GitObjectID(tree)) }
      guard kind == .directory else { return nil }
    }
    return nil
  }

  /// The entries of a directory in git's order, each directory before what is in it.
  ///
  /// Entries whose path ``HubModel/RepositoryPath`` refuses are left out with everything below them, as are submodules
  /// and second entries of one name.
  ///
  /// - Parameters:
  ///   - path: The directory, or `nil` for the root.
  ///   - recursive: Whether to go into directories.
  ///   - last: The last entry of the page before, to go on after it.
  ///   - count: The most entries to answer.
  /// - Returns: `nil` if `path` is no directory.
  /// - Throws: `limitExceeded` beyond the limits, `repository` if an object is damaged or missing.
  public borrowing func entries(
    below path: RepositoryPath? = nil, in commit: CommitID, recursive: Bool, after last: RepositoryPath? = nil,
    count: Int = .max, limits: TreeLimits = TreeLimits()
  ) throws(HubError) -> [GitEntry]? {
    var tree = try root(of: commit)
    if let path {
      guard let entry = try entry(at: path, in: commit, limits: limits), entry.kind == .directory else { return nil }
      tree = entry.id.oid
    }
    let depth = path?.components.count ?? 0
    var walk = TreeWalk(isRecursive: recursive, wanted: count, limits: limits)
    try walk.visit(tree, at: path, after: last?.components.dropFirst(depth) ?? [], of: self)
    return walk.entries
  }

  borrowing func root(of commit: CommitID) throws(HubError) -> git_oid {
    let commit = try lookUp(commit)
    return git_commit_tree_id(commit.pointer).pointee
  }

  /// The tree `id`, which is not read before its length is known.
  borrowing func directory(_ id: inout git_oid, _ limits: TreeLimits) throws(HubError) -> Handle {
    let length = try ObjectDatabase(self).length(of: &id, GIT_OBJECT_TREE)
    guard length <= limits.bytesPerDirectory else {
      throw HubError(.limitExceeded("a directory of more than \(limits.bytesPerDirectory) bytes"))
    }
    return try Handle("git_tree_lookup", free: git_tree_free) { git_tree_lookup(&$0, pointer, &id) }
  }
}

extension GitEntry.Kind {
  init?(_ entry: OpaquePointer) {
    switch git_tree_entry_filemode(entry) {
    case GIT_FILEMODE_TREE: self = .directory
    case GIT_FILEMODE_BLOB, GIT_FILEMODE_BLOB_EXECUTABLE: self = .file
    case GIT_FILEMODE_LINK: self = .link
    default: return nil
    }
  }
}

/// A walk through a tree that ends: at the number of entries wanted, or with an error at the limit.
private struct TreeWalk {
  let isRecursive: Bool
  let wanted: Int
  let limits: TreeLimits
  private(set) var entries: [GitEntry] = []
  private var visited = 0

  init(isRecursive: Bool, wanted: Int, limits: TreeLimits) {
    (self.isRecursive, self.wanted, self.limits) = (isRecursive, wanted, limits)
  }

  /// Visits one directory, from the entry after that which `last` leads to.
  ///
  /// The recursion is as deep as a `RepositoryPath` may be.
  mutating func visit(
    _ tree: git_oid, at path: RepositoryPath?, after last: ArraySlice<Substring>, of repository: borrowing GitRepository
  ) throws(HubError) {
    var tree = tree
    let directory = try repository.directory(&tree, limits)
    var names: Set<String> = []
    var isPast = last.isEmpty
    for index in 0..<git_tree_entrycount(directory.pointer) {
      guard entries.count < wanted else { return }
      guard let entry = git_tree_entry_byindex(directory.pointer, index) else { continue }
      try count()
      guard let name = String(validatingCString: git_tree_entry_name(entry)) else { continue }
      guard let found = GitEntry(entry, name, in: path), names.insert(name).inserted else { continue }
      if isPast { entries.append(found) }
      let isPlace = !isPast && last.first.map { $0 == name } == true
      if isRecursive, found.kind == .directory, isPast || isPlace {
        try visit(found.id.oid, at: found.path, after: isPast ? [] : last.dropFirst(), of: repository)
      }
      if isPlace { isPast = true }
    }
  }

  private mutating func count() throws(HubError) {
    visited += 1
    guard visited <= limits.entries else { throw HubError(.limitExceeded("more than \(limits.entries) entries")) }
  }
}

extension GitEntry {
  /// The entry, unless it is one that is never listed.
  init?(_ entry: OpaquePointer, _ name: String, in directory: RepositoryPath?) {
    guard let kind = Kind(entry) else { return nil }
    guard let path = try? directory?.appending(name) ?? Self.root(name) else { return nil }  // absence: a hostile name
    self.init(path: path, kind: kind, id: GitObjectID(git_tree_entry_id(entry).pointee))
  }

  /// The path of an entry of the root; a name with a slash is a path of several, which no single entry may claim.
  private static func root(_ name: String) throws(HubError) -> RepositoryPath? {
    name.utf8.contains(UInt8(ascii: "/")) ? nil : try RepositoryPath(name)
  }
}
