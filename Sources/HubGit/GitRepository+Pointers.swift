internal import CGit2
public import HubModel

extension GitRepository {
  /// Those of `pointers` that some ref leads to: a file of the commit at a ref is the pointer.
  ///
  /// Repositories that were put there by hand, with their objects, have no other record of what is theirs. A pointer is
  /// looked for as git-lfs writes it, first among all objects, which is cheap; only what is there is looked for in the
  /// trees.
  ///
  /// - Throws: `limitExceeded` for a tree beyond `limits`, `repository` if an object is damaged or missing.
  public borrowing func named(
    _ pointers: [LFSPointer], limits: TreeLimits = TreeLimits()
  ) throws(HubError) -> Set<LFSPointer> {
    let objects = try ObjectDatabase(self)
    var wanted: [GitObjectID: LFSPointer] = [:]
    for pointer in pointers {
      var id = git_oid()
      let text = pointer.text
      try GitFailure.check(git_odb_hash(&id, text, text.utf8.count, GIT_OBJECT_BLOB), "git_odb_hash")
      if try objects.header(of: &id) != nil { wanted[GitObjectID(id)] = pointer }
    }
    guard !wanted.isEmpty else { return [] }
    var (found, visited): (Set<LFSPointer>, Set<CommitID>) = ([], [])
    for reference in try references() where visited.insert(reference.commit).inserted {
      for entry in try entries(in: reference.commit, recursive: true, limits: limits) ?? [] where entry.kind == .file {
        if let pointer = wanted.removeValue(forKey: entry.id) { found.insert(pointer) }
      }
      if wanted.isEmpty { break }
    }
    return found
  }
}
