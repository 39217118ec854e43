internal import CGit2
public import HubModel

extension GitRepository {
  /// The commit that `revision` names.
  ///
  /// In this order: a full commit hash; `HEAD`; a full ref (`refs/pr/3`); a branch; a tag, annotated or not; a ref
  /// below `refs/`; the beginning of a commit's hash, of at least four digits, if it fits one object alone.
  ///
  /// - Throws: `revisionNotFound`, also for what leads to something else than a commit; `repository` if the repository
  ///   is damaged.
  public borrowing func commit(of revision: Revision) throws(HubError) -> CommitID {
    if let commit = revision.commit, let found = try peeled(commit.oid) { return found }
    for name in Self.references(for: revision) {
      if let id = try target(of: name), let found = try peeled(id) { return found }
    }
    if let found = try commit(beginningWith: revision.name) { return found }
    throw HubError(.revisionNotFound, context: HubError.Context(revision: revision))
  }

  /// The commit that `HEAD` leads to, or `nil` in a repository without a commit.
  public borrowing func head() throws(HubError) -> CommitID? {
    guard let id = try target(of: "HEAD") else { return nil }
    return try peeled(id)
  }

  /// The commit that the ref `name`, such as `refs/heads/main`, points to, or `nil` if there is no such ref.
  public borrowing func commit(ofReference name: String) throws(HubError) -> CommitID? {
    guard let id = try target(of: name) else { return nil }
    return try peeled(id)
  }

  /// The ref that `HEAD` stands for, whether it exists or not: `refs/heads/main`; `nil` if `HEAD` is a commit.
  public borrowing func headReference() throws(HubError) -> String? {
    let found = try Handle.existing("git_reference_lookup", free: git_reference_free) {
      git_reference_lookup(&$0, pointer, "HEAD")
    }
    guard let head = found else { return nil }
    return git_reference_symbolic_target(head.pointer).flatMap { String(validatingCString: $0) }
  }

  private static func references(for revision: Revision) -> [String] {
    let name = revision.name
    if name == "HEAD" || name.beginsWithBytes("refs/") { return [name] }
    return ["refs/heads/\(name)", "refs/tags/\(name)", "refs/\(name)"]
  }

  private borrowing func target(of name: String) throws(HubError) -> git_oid? {
    var id = git_oid()
    return try GitFailure.found(git_reference_name_to_id(&id, pointer, name), "git_reference_name_to_id") ? id : nil
  }

  /// The commit that an object is, or that a tag leads to; `nil` for a tree, a blob, or nothing.
  ///
  /// Types are read from headers first: a ref may name a blob of any length, which nobody needs in memory. Tags of tags
  /// are followed a few times.
  borrowing func peeled(_ id: git_oid) throws(HubError) -> CommitID? {
    let objects = try ObjectDatabase(self)
    var id = id
    for _ in 0..<8 {
      guard let (type, length) = try objects.header(of: &id), length <= Self.commitLimit else { return nil }
      switch type {
      case GIT_OBJECT_COMMIT: return CommitID(id)
      case GIT_OBJECT_TAG:
        let tag = try Handle("git_tag_lookup", free: git_tag_free) { git_tag_lookup(&$0, pointer, &id) }
        id = git_tag_target_id(tag.pointer).pointee
      default: return nil
      }
    }
    return nil
  }

  private borrowing func commit(beginningWith digits: String) throws(HubError) -> CommitID? {
    guard (4..<40).contains(digits.utf8.count) else { return nil }
    guard digits.utf8.allSatisfy({ "0123456789abcdef".utf8.contains($0) }) else { return nil }
    var prefix = git_oid()
    try GitFailure.check(git_oid_fromstrn(&prefix, digits, digits.utf8.count), "git_oid_fromstrn")
    let objects = try ObjectDatabase(self)
    var found = git_oid()
    let result = git_odb_exists_prefix(&found, objects.pointer, &prefix, digits.utf8.count)
    guard try GitFailure.found(result, "git_odb_exists_prefix") else { return nil }
    return try objects.header(of: &found)?.type == GIT_OBJECT_COMMIT ? CommitID(found) : nil
  }
}
