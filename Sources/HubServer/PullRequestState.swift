import HubGit
import HubModel

/// A pull request as its refs are now.
struct PullRequestState: Sendable {
  let reference: String
  /// Its last commit.
  let head: CommitID
  /// Where the branch is that it is for; `nil` if that is gone.
  let base: CommitID?
  /// The last commit that both have.
  let ancestor: CommitID?
  /// Its own commits, the oldest first.
  let commits: [GitCommit]
  /// What the branch became by it, be it merged here or by `git push`.
  let merge: CommitID?

  /// The most commits that are listed.
  private static let mostCommits = 1_000

  /// Looks at the refs, and makes that of the request if an end came before it was made.
  init?(_ record: DiscussionRecord, _ repository: borrowing GitRepository) throws(HubError) {
    guard let pull = record.pull else { return nil }
    reference = "refs/pr/\(record.number)"
    if let head = try repository.commit(ofReference: reference) {
      self.head = head
    } else {
      guard let head = CommitID(pull.head) else {
        throw HubError(.repository(reason: "a pull request without a commit"))
      }
      try repository.setReference(reference, to: head, expecting: .absent)
      self.head = head
    }
    let now = try repository.commit(ofReference: pull.base)
    // Against what the branch was before the merge, as it holds everything since.
    let other = pull.merge.map { CommitID($0.before) } ?? now ?? CommitID(pull.start)
    let found = try Self.mergeBase(head, other, repository)
    (base, ancestor) = (now, found)
    if let merge = pull.merge {
      self.merge = CommitID(merge.commit)
    } else {
      // Someone pushed the commits to the branch.
      merge = found == head && head.hex != pull.start ? head : nil
    }
    let start = merge == nil || pull.merge != nil ? found : CommitID(pull.start)
    commits = try Self.commits(from: start, to: head, repository)
  }

  private static func mergeBase(
    _ head: CommitID, _ other: CommitID?, _ repository: borrowing GitRepository
  ) throws(HubError) -> CommitID? {
    guard let other else { return nil }
    return try repository.mergeBase(head, other)
  }

  private static func commits(
    from start: CommitID?, to head: CommitID, _ repository: borrowing GitRepository
  ) throws(HubError) -> [GitCommit] {
    try repository.history(of: head, without: start, count: mostCommits).reversed()
  }
}
