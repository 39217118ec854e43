public import HubModel

/// Where the files of one repository go, and may be already: a folder of the cache, or a directory of the user's.
///
/// Both answer what `DownloadPlan.decide` asks, and carry out what it decides; there is one downloader for both.
public protocol Destination: Sendable {
  /// Whose files they are.
  var repository: RepositoryID { get }

  /// What is known of a file without asking the hub.
  ///
  /// - Parameters:
  ///   - file: The file.
  ///   - revision: The revision that was asked for.
  ///   - commit: A commit that it is known to be now, to be looked at too.
  func local(_ file: RepositoryPath, _ revision: Revision, commit: CommitID?) throws(HubError) -> DownloadPlan.Local

  /// How much of a content is here, for this file.
  func content(_ etag: ETag, size: Int64?, of file: RepositoryPath) throws(HubError) -> DownloadPlan.Content

  /// The path under which the caller finds the file.
  func path(of file: RepositoryPath, at commit: CommitID) -> String

  /// Gives the file of a commit a content that is here as a whole.
  ///
  /// - Throws: `cache` if the content is not here any more; what the disk says.
  func link(_ file: RepositoryPath, at commit: CommitID, to etag: ETag) throws(HubError)

  /// Opens the partial file of a content.
  func partial(_ etag: ETag, size: Int64?, of file: RepositoryPath, resuming: Bool) throws(HubError) -> PartialFile

  /// Gives a verified content its name, replacing another at once.
  func publish(_ partial: PartialFile, as file: RepositoryPath, at commit: CommitID) throws(HubError)

  /// The lock that is held while the content is fetched.
  func lockPath(_ etag: ETag, of file: RepositoryPath) -> String

  /// Where the first bytes of a content lie while it arrives.
  func partialPath(_ etag: ETag, of file: RepositoryPath) -> String

  /// Where the listing of a commit is.
  func listingPath(of commit: CommitID) -> String

  /// Records the listing of a commit, for us and for Python.
  func record(listing: SnapshotListing, of commit: CommitID) throws(HubError)

  /// Records which commit a revision is now.
  func record(_ revision: Revision, is commit: CommitID) throws(HubError)

  /// Records that a commit has no such file.
  func recordAbsence(of file: RepositoryPath, at commit: CommitID) throws(HubError)
}

extension Destination {
  /// Finishes a download: the bytes are compared with what was announced, and get their name.
  ///
  /// - Throws: `integrity` if they are not the announced ones; nothing has been published then.
  public func finish(_ partial: PartialFile, as file: RepositoryPath, at commit: CommitID) async throws(HubError) {
    try await partial.verify()
    try await offThePool { () throws(HubError) in try publish(partial, as: file, at: commit) }
  }
}
