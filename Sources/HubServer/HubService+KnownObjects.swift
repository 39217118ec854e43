import HubGit
import HubModel

extension HubService {
  /// The objects among `pointers` that the repository `id` may not name: those that are not stored, or that nobody has
  /// shown to have; see ``HubGit/LFSKnown``.
  ///
  /// What another repository knows that `caller` may read becomes known here, too.
  ///
  /// - Parameter inTree: Objects that the repository's own files stand for already.
  func unknown(
    _ pointers: [LFSPointer], in id: RepositoryID, for caller: Account?, besides inTree: Set<String> = []
  ) throws(HubError) -> [LFSPointer] {
    let path = repositories.path(of: id)
    let (known, objects) = (LFSKnown(repositoryAt: path), repositories.objects.including(repositoryAt: path))
    var unknown: [LFSPointer] = []
    for pointer in Set(pointers) {
      guard objects.size(of: pointer.oid) == pointer.size else {
        unknown.append(pointer)
        continue
      }
      if known.contains(pointer.oid) { continue }
      let isElsewhere = try isReadable(pointer.oid, by: caller)
      guard inTree.contains(pointer.oid) || isElsewhere else {
        unknown.append(pointer)
        continue
      }
      try known.add(pointer.oid)
    }
    return unknown
  }

  /// Whether a repository that `caller` may read knows the object.
  ///
  /// One look at the disk for each repository, and only for objects that are new to the one they are named in.
  private func isReadable(_ oid: String, by caller: Account?) throws(HubError) -> Bool {
    for kind in RepositoryID.Kind.allCases {
      for id in repositories.names(kind) where LFSKnown(repositoryAt: repositories.path(of: id)).contains(oid) {
        do throws(HubError) {
          let marks = try RepositoryMarks(try repositories.open(id))
          if Verdict(marks, of: id, for: caller, needsContent: true) == .allowed { return true }
        } catch {
          // One damaged repository must not stop commits to the others.
          guard [.repository, .repositoryNotFound].contains(error.code) else { throw error }
        }
      }
    }
    return false
  }
}
