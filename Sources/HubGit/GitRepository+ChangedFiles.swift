internal import CGit2
public import HubModel

extension GitRepository {
  /// The files named `name`, in whatever directory, that `new` has and `old` has not, or has with another content.
  ///
  /// A pair of directories is compared once, however many paths lead to it, so that the work is that of reading what
  /// differs, whoever made the trees; of the paths with the same change one is answered.
  ///
  /// - Parameter old: The commit before, or `nil` for an empty one.
  /// - Throws: `limitExceeded` beyond the limits; `repository` if an object is damaged or missing.
  public borrowing func changedFiles(
    named name: String, from old: CommitID?, to new: CommitID, limits: TreeLimits = TreeLimits()
  ) throws(HubError) -> [GitEntry] {
    var before: git_oid?
    if let old { before = try root(of: old) }
    var search = ChangeSearch(name: name, limits: limits)
    try search.visit(try root(of: new), instead: before, at: nil, of: self)
    return search.found
  }
}

/// A walk through two trees at once that stays out of what they share.
private struct ChangeSearch {
  private struct Pair: Hashable {
    let new: GitObjectID
    let old: GitObjectID?
  }

  let name: String
  let limits: TreeLimits
  private(set) var found: [GitEntry] = []
  private var seen: Set<Pair> = []
  private var visited = 0

  init(name: String, limits: TreeLimits) { (self.name, self.limits) = (name, limits) }

  /// Visits the directory `new` that stands where `old` stood, if anything did.
  ///
  /// The recursion is as deep as a `RepositoryPath` may be.
  mutating func visit(
    _ new: git_oid, instead old: git_oid?, at path: RepositoryPath?, of repository: borrowing GitRepository
  ) throws(HubError) {
    guard seen.insert(Pair(new: GitObjectID(new), old: old.map { GitObjectID($0) })).inserted else { return }
    var new = new
    let directory = try repository.directory(&new, limits)
    var before: Handle?
    if var old { before = try repository.directory(&old, limits) }
    for index in 0..<git_tree_entrycount(directory.pointer) {
      visited += 1
      guard visited <= limits.entries else { throw HubError(.limitExceeded("more than \(limits.entries) entries")) }
      guard let entry = git_tree_entry_byindex(directory.pointer, index), let bytes = git_tree_entry_name(entry),
        let text = String(validatingCString: bytes), let found = GitEntry(entry, text, in: path)
      else { continue }
      let old = Self.entry(bytes, in: before)
      if let old, git_oid_equal(git_tree_entry_id(old), git_tree_entry_id(entry)) != 0 { continue }
      switch found.kind {
      case .directory:
        let isDirectory = old.map { git_tree_entry_type($0) == GIT_OBJECT_TREE } == true
        let replaced = isDirectory ? git_tree_entry_id(old).pointee : nil
        try visit(found.id.oid, instead: replaced, at: found.path, of: repository)
      case .file where text == name: self.found.append(found)
      case .file, .link: break
      }
    }
  }

  private static func entry(_ name: UnsafePointer<CChar>, in directory: borrowing Handle?) -> OpaquePointer? {
    switch directory {
    case .some(let directory): git_tree_entry_byname(directory.pointer, name)
    case .none: nil
    }
  }
}
