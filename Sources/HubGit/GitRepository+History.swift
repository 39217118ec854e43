internal import CGit2
public import HubModel

/// A commit, without its tree.
public struct GitCommit: Hashable, Sendable {
  /// The commit's hash.
  public let id: CommitID
  /// The first line of the message.
  public let title: String
  /// What follows the first line, without the blank lines around it.
  public let message: String
  /// Who wrote the change.
  public let author: String
  /// When it was committed, in seconds since 1970.
  public let time: Int64
}

extension GitRepository {
  /// The commit `id`.
  ///
  /// - Throws: `repository` if it is missing or damaged.
  public borrowing func details(of id: CommitID) throws(HubError) -> GitCommit {
    GitCommit(id: id, try lookUp(id).pointer)
  }

  /// The commits that led to `id`, that one first, the newest before the older ones.
  ///
  /// - Parameters:
  ///   - skipped: How many to leave out first; their cost is that of reading them.
  ///   - hidden: A commit that is left out with everything that led to it.
  ///   - count: The most to answer.
  /// - Throws: `repository` if one is missing or damaged.
  public borrowing func history(
    of id: CommitID, skipping skipped: Int = 0, without hidden: CommitID? = nil, count: Int
  ) throws(HubError) -> [GitCommit] {
    var commits: [GitCommit] = []
    var position = 0
    try walkHistory(of: id, without: hidden) { commit throws(HubError) in
      if position >= skipped { commits.append(GitCommit(id: commit, try lookUp(commit).pointer)) }
      position += 1
      return commits.count < count
    }
    return commits
  }

  /// The last commit that touched each of `entries` of `commit`.
  ///
  /// An entry's commit is the first one, going back, whose parents all have something else there.
  ///
  /// - Parameter budget: How often to look at an entry of a commit: of fifty entries at two thousand commits. Entries
  ///   that none of these touched are left out.
  public borrowing func lastChanges(
    of entries: [GitEntry], in commit: CommitID, budget: Int = 100_000
  ) throws(HubError) -> [RepositoryPath: GitCommit] {
    var found: [RepositoryPath: GitCommit] = [:]
    var pending = entries
    var rest = budget
    guard !entries.isEmpty else { return [:] }
    try walkHistory(of: commit) { id throws(HubError) in
      let object = try lookUp(id)
      let parents = try Self.parents(of: object.pointer)
      var later: [GitEntry] = []
      for entry in pending {
        let isHere = try self.entry(at: entry.path, in: id)?.id == entry.id
        let isOlder = try anyOf(parents, has: entry)
        if isHere, !isOlder {
          found[entry.path] = GitCommit(id: id, object.pointer)
        } else {
          later.append(entry)
        }
      }
      (pending, rest) = (later, rest - pending.count)
      return !pending.isEmpty && rest > 0
    }
    return found
  }

  private borrowing func anyOf(_ commits: [CommitID], has entry: GitEntry) throws(HubError) -> Bool {
    for commit in commits {
      if try self.entry(at: entry.path, in: commit)?.id == entry.id { return true }
    }
    return false
  }

  /// The longest commit or tag, with its message, in bytes.
  static var commitLimit: Int { 4 << 20 }

  borrowing func lookUp(_ id: CommitID) throws(HubError) -> Handle {
    var oid = id.oid
    guard try ObjectDatabase(self).length(of: &oid, GIT_OBJECT_COMMIT) <= Self.commitLimit else {
      throw HubError(.limitExceeded("a commit of more than \(Self.commitLimit) bytes"))
    }
    return try Handle("git_commit_lookup", free: git_commit_free) { git_commit_lookup(&$0, pointer, &oid) }
  }

  /// Calls `visit` with the commits that led to `start` until it answers `false`.
  ///
  /// In the order of `git log`: children before parents, whose times may be the same. libgit2's own order by time walks
  /// the whole history first and then mixes commits of one second.
  private borrowing func walkHistory(
    of start: CommitID, without hidden: CommitID? = nil, _ visit: (CommitID) throws(HubError) -> Bool
  ) throws(HubError) {
    let walk = try Handle("git_revwalk_new", free: git_revwalk_free) { git_revwalk_new(&$0, pointer) }
    try GitFailure.check(git_revwalk_sorting(walk.pointer, GIT_SORT_NONE.rawValue), "git_revwalk_sorting")
    var id = start.oid
    try GitFailure.check(git_revwalk_push(walk.pointer, &id), "git_revwalk_push")
    if let hidden {
      var hidden = hidden.oid
      try GitFailure.check(git_revwalk_hide(walk.pointer, &hidden), "git_revwalk_hide")
    }
    while try GitFailure.found(git_revwalk_next(&id, walk.pointer), "git_revwalk_next") {
      guard try visit(CommitID(id)) else { return }
    }
  }

  private static func parents(of commit: OpaquePointer) throws(HubError) -> [CommitID] {
    // git_commit_parent_id answers nil only for an index beyond the count.
    (0..<git_commit_parentcount(commit)).map { CommitID(git_commit_parent_id(commit, $0)!.pointee) }
  }
}

extension GitCommit {
  fileprivate init(id: CommitID, _ commit: OpaquePointer) {
    let message = git_commit_message(commit).map { String(cString: $0) } ?? ""
    let lines = message.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
    let author = git_commit_author(commit).flatMap { $0.pointee.name }.map { String(cString: $0) } ?? ""
    let rest = lines.dropFirst().first ?? ""
    self.init(
      id: id, title: String(lines.first ?? ""), message: rest.trimmingNewlines, author: author,
      time: git_commit_time(commit))
  }
}

extension Substring {
  fileprivate var trimmingNewlines: String {
    var text = drop(while: \.isNewline)
    while text.last?.isNewline == true { text.removeLast() }
    return String(text)
  }
}
