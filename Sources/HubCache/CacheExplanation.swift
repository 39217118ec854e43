import Foundation
public import HubModel

/// Why a file is found in the cache, or is not: what `cache why` prints.
public struct CacheExplanation: Sendable, Hashable {
  /// What a lookup without the hub comes to.
  public enum Verdict: Sendable, Hashable {
    /// It is there, and its content is the right one.
    case found
    /// Nothing of the repository is cached.
    case noRepository
    /// The hub was never asked what the revision is, or the record is damaged.
    case unknownRevision
    /// The commit has no snapshot.
    case noSnapshot
    /// The hub has said that the commit has no such file.
    case knownAbsent
    /// The commit has the file, going by its listing, and it was never fetched.
    case notFetched
    /// The snapshot has no such file, and no listing tells whether the commit has.
    case missing
    /// It is there and cannot be used.
    case damaged(String)
  }

  /// The repository.
  public var repository: RepositoryID
  /// The revision that was asked for.
  public var revision: Revision
  /// The file.
  public var file: RepositoryPath
  /// What a lookup comes to.
  public var verdict: Verdict
  /// The commit that the revision is, as far as the cache knows.
  public var commit: CommitID?
  /// Where the file is, or would be, in the snapshot.
  public var location: String?
  /// The content behind it.
  public var content: CachedContent?
  /// The content's identity by its bytes, if it could be compared with its name.
  public var hash: ETag?
  /// What the commit's listing says of the file.
  public var announced: SnapshotListing.Entry?
  /// The other files with this content, as `COMMIT/PATH`, sorted.
  public var sharers: [String] = []
  /// The refs that are this commit, sorted.
  public var refs: [String] = []
  /// The commits whose snapshot has a file of this path, sorted.
  public var otherCommits: [CommitID] = []
  /// The bytes that an interrupted download has left.
  public var partial: Int64?
}

extension RepositoryCache {
  /// Explains what a lookup of a file comes to; its content is read as a whole.
  public func explain(_ file: RepositoryPath, _ revision: Revision = .main) throws(HubError) -> CacheExplanation {
    var explanation = CacheExplanation(
      repository: repository, revision: revision, file: file, verdict: .noRepository)
    let scan = try CacheScan(layout, only: [repository])
    guard let cached = scan.repositories.first else { return explanation }
    explanation.otherCommits = cached.revisions.filter { $0.files.contains { $0.path == file } }.map(\.commit)
    guard let commit = commit(of: revision) else {
      explanation.verdict = .unknownRevision
      return explanation
    }
    explanation.otherCommits.removeAll { $0 == commit }
    explanation.commit = commit
    explanation.location = path(of: file, at: commit)
    explanation.announced = listing(of: commit)?.entries.first { $0.path == file }
    let etag = explanation.announced?.etag
    explanation.partial = scan.leftovers.first { $0.etag != nil && $0.etag == etag }?.size
    let snapshot = cached.revisions.first { $0.commit == commit }
    explanation.refs = snapshot?.refs ?? []
    explanation.content = snapshot?.files.first { $0.path == file }?.content
    try examine(cached, hasSnapshot: snapshot != nil, &explanation, commit)
    return explanation
  }

  private func examine(
    _ cached: CachedRepository, hasSnapshot: Bool, _ explanation: inout CacheExplanation, _ commit: CommitID
  ) throws(HubError) {
    let local = try local(explanation.file, Revision(commit))
    if let content = explanation.content {
      explanation.sharers = cached.revisions.flatMap { revision in
        revision.files.filter { $0.content.path == content.path && $0.location != explanation.location }
          .map { "\(revision.commit)/\($0.path)" }
      }.sorted()
    }
    if let content = explanation.content, let expected = content.etag ?? explanation.announced?.etag,
      let file = try Descriptor(opening: content.path, O_RDONLY | O_NONBLOCK, absenceIsError: false)
    {
      let found = try file.hash(like: expected)
      explanation.hash = found
      if found != expected {
        explanation.verdict = .damaged(
          local.damage ?? "'\(content.path)' has a content that is not the one of its name")
        return
      }
    }
    explanation.verdict = verdict(local, hasSnapshot: hasSnapshot, explanation, commit)
  }

  private func verdict(
    _ local: DownloadPlan.Local, hasSnapshot: Bool, _ explanation: CacheExplanation, _ commit: CommitID
  ) -> CacheExplanation.Verdict {
    if local.present.contains(commit) { return .found }
    if let damage = local.damage { return .damaged(damage) }
    if local.absent.contains(commit) { return .knownAbsent }
    if explanation.announced != nil { return .notFetched }
    return hasSnapshot ? .missing : .noSnapshot
  }
}
