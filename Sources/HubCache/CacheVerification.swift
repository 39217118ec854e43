import Foundation
public import HubModel

/// Whether the files of a snapshot are the ones that their commit has.
public struct CacheVerification: Sendable, Hashable {
  /// A file with another content than it should have.
  public struct Mismatch: Sendable, Hashable {
    /// The file.
    public var path: RepositoryPath
    /// Where the content is.
    public var content: String
    /// What it should be.
    public var expected: ETag
    /// What it is.
    public var found: ETag
  }

  /// How many files were hashed.
  public var checked = 0
  /// The files whose content is wrong.
  public var mismatches: [Mismatch] = []
  /// The files whose link leads nowhere, and those that the hub lists and the snapshot lacks.
  public var missing: [RepositoryPath] = []
  /// The files that the snapshot has, and the listing does not.
  public var extra: [RepositoryPath] = []
  /// The files that could not be compared with anything: of a cache without links, where there is no listing.
  public var unverifiable: [RepositoryPath] = []

  /// Whether every file that should be there is, and is right.
  public var isGood: Bool { mismatches.isEmpty && missing.isEmpty }

  /// Compares the files of a snapshot with the commit's listing; without one, each content with its name.
  ///
  /// - Parameters:
  ///   - isWhole: Whether the snapshot should have every file of the listing.
  ///   - hash: The identity of a content, in the form of another one.
  init(
    _ revision: CachedRevision, _ listing: SnapshotListing?, isWhole: Bool,
    hash: (CachedContent, _ form: ETag) throws(HubError) -> ETag
  ) throws(HubError) {
    let announced = listing.map { listing in
      Dictionary(listing.entries.map { ($0.path, $0.etag) }, uniquingKeysWith: { $1 })
    }
    for file in revision.files {
      if let announced, announced[file.path] == nil { extra.append(file.path) }
      guard let expected = announced?[file.path] ?? file.content.etag else {
        unverifiable.append(file.path)
        continue
      }
      let found = try hash(file.content, expected)
      checked += 1
      guard found != expected else { continue }
      mismatches.append(.init(path: file.path, content: file.content.path, expected: expected, found: found))
    }
    let present = Set(revision.files.map(\.path))
    let absent = isWhole ? (listing?.entries ?? []).map(\.path).filter { !present.contains($0) } : []
    missing = Set(absent + revision.broken).sorted()
  }
}

extension RepositoryCache {
  /// Hashes every file of a snapshot.
  ///
  /// - Parameters:
  ///   - commit: The commit.
  ///   - listing: What the commit has, if every file of it should be here; otherwise the recorded listing counts, of
  ///     which a snapshot need not have every file.
  /// - Throws: `notCached` if there is no such snapshot; what the disk says.
  public func verify(_ commit: CommitID, against listing: SnapshotListing? = nil) throws(HubError) -> CacheVerification
  {
    let repository = try CacheScan(layout, only: [repository]).repositories.first
    guard let revision = repository?.revisions.first(where: { $0.commit == commit }) else {
      let context = HubError.Context(repository: self.repository, revision: Revision(commit))
      throw HubError(.notCached(files: [], mode: .argument), context: context)
    }
    var known: [String: ETag] = [:]
    return try CacheVerification(
      revision, listing ?? self.listing(of: commit), isWhole: listing != nil
    ) { content, form throws(HubError) in
      let key = "\(content.path) \(form.hex.utf8.count)"
      if let etag = known[key] { return etag }
      guard let file = try Descriptor(opening: content.path, O_RDONLY | O_NONBLOCK) else {
        throw .disk("open", content.path, ENOENT)
      }
      let etag = try file.hash(like: form)
      known[key] = etag
      return etag
    }
  }
}
