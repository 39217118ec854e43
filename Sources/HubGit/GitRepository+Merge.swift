internal import CGit2
public import HubModel

/// What became of the wish to bring one history into another.
public enum GitMerge: Hashable, Sendable {
  /// The other history holds everything already.
  case upToDate
  /// The other history is the beginning of this one: its ref may simply move.
  case fastForward
  /// The tree that holds the changes of both.
  case tree(GitObjectID)
  /// The paths that both changed in ways that do not go together, sorted.
  case conflicts([String])
}

extension GitRepository {
  /// What it takes to bring `head` into `base`; nothing but objects is written.
  ///
  /// - Throws: `limitExceeded` for a tree beyond `limits`; `repository` if an object is damaged or missing.
  public borrowing func merge(
    _ head: CommitID, into base: CommitID, limits: TreeLimits = TreeLimits()
  ) throws(HubError) -> GitMerge {
    let ancestor = try mergeBase(head, base)
    if ancestor == head { return .upToDate }
    if ancestor == base { return .fastForward }
    for commit in [head, base, ancestor].compactMap(\.self) { try checkExtent(of: commit, limits: limits) }
    let ours = try lookUp(base)
    let theirs = try lookUp(head)
    var options = git_merge_options()
    try GitFailure.check(
      git_merge_options_init(&options, UInt32(GIT_MERGE_OPTIONS_VERSION)), "git_merge_options_init")
    let index = try Handle("git_merge_commits", free: git_index_free) {
      git_merge_commits(&$0, pointer, ours.pointer, theirs.pointer, &options)
    }
    if git_index_has_conflicts(index.pointer) != 0 { return .conflicts(try Self.conflicts(index)) }
    var tree = git_oid()
    try GitFailure.check(git_index_write_tree_to(&tree, index.pointer, pointer), "git_index_write_tree_to")
    return .tree(GitObjectID(tree))
  }

  /// The last commit that both histories have, or `nil`.
  public borrowing func mergeBase(_ one: CommitID, _ other: CommitID) throws(HubError) -> CommitID? {
    var (base, one, other) = (git_oid(), one.oid, other.oid)
    let result = git_merge_base(&base, pointer, &one, &other)
    return try GitFailure.found(result, "git_merge_base") ? CommitID(base) : nil
  }

  private typealias Entry = UnsafePointer<git_index_entry>?

  private static func conflicts(_ index: borrowing Handle) throws(HubError) -> [String] {
    let iterator = try Handle("git_index_conflict_iterator_new", free: git_index_conflict_iterator_free) {
      git_index_conflict_iterator_new(&$0, index.pointer)
    }
    var paths: Set<String> = []
    var (ancestor, ours, theirs): (Entry, Entry, Entry) = (nil, nil, nil)
    while try GitFailure.found(
      git_index_conflict_next(&ancestor, &ours, &theirs, iterator.pointer), "git_index_conflict_next")
    {
      for entry in [ancestor, ours, theirs] {
        if let path = entry?.pointee.path { paths.insert(String(cString: path)) }
      }
    }
    return paths.sorted()
  }
}
