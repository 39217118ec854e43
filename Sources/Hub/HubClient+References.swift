import Foundation
public import HubModel
import HubTransport

/// Branches, tags and the history.
extension HubClient {
  /// Makes a branch (`create_branch`).
  ///
  /// - Parameters:
  ///   - name: The name of the branch.
  ///   - repository: The repository.
  ///   - start: The revision that it begins at; `nil` for the repository's head.
  ///   - existsOK: Whether it is fine that there is one of that name, wherever it points.
  ///   - options: The hub, the token and the time that it may take.
  /// - Throws: `conflict` if there is one and that is not fine; `revisionNotFound` for an unknown start.
  public func createBranch(
    _ name: String, of repository: RepositoryID, at start: Revision? = nil, existsOK: Bool = false,
    options: DownloadOptions = DownloadOptions()
  ) async throws(HubError) {
    let context = HubError.Context(repository: repository, revision: try Revision(name))
    try await unlessExisting(existsOK) { () throws(HubError) in
      try await tell(
        .post, .branch(repository, name), BranchRequest(startingPoint: start?.name), isIdempotent: existsOK,
        options: options, context)
    }
  }

  /// Deletes a branch (`delete_branch`); its commits stay.
  public func deleteBranch(
    _ name: String, of repository: RepositoryID, options: DownloadOptions = DownloadOptions()
  ) async throws(HubError) {
    let context = HubError.Context(repository: repository, revision: try Revision(name))
    try await tell(
      .delete, .branch(repository, name), Self.nothing, isIdempotent: false, options: options, context)
  }

  /// Makes a tag (`create_tag`).
  ///
  /// - Parameters:
  ///   - name: The name of the tag.
  ///   - repository: The repository.
  ///   - revision: What it points to.
  ///   - message: The message of an annotated tag; `nil` for a light one.
  ///   - existsOK: Whether it is fine that there is one of that name, wherever it points.
  ///   - options: The hub, the token and the time that it may take.
  /// - Throws: `conflict` if there is one and that is not fine; `revisionNotFound`.
  public func createTag(
    _ name: String, of repository: RepositoryID, at revision: Revision = .main, message: String? = nil,
    existsOK: Bool = false, options: DownloadOptions = DownloadOptions()
  ) async throws(HubError) {
    _ = try Revision(name)
    try await unlessExisting(existsOK) { () throws(HubError) in
      try await tell(
        .post, .tag(repository, revision.name), TagRequest(tag: name, message: message), isIdempotent: existsOK,
        options: options, HubError.Context(repository: repository, revision: revision))
    }
  }

  /// Deletes a tag (`delete_tag`).
  public func deleteTag(
    _ name: String, of repository: RepositoryID, options: DownloadOptions = DownloadOptions()
  ) async throws(HubError) {
    let context = HubError.Context(repository: repository, revision: try Revision(name))
    try await tell(.delete, .tag(repository, name), Self.nothing, isIdempotent: false, options: options, context)
  }

  /// The history of a revision, newest commit first (`list_repo_commits`).
  ///
  /// - Parameters:
  ///   - repository: The repository.
  ///   - revision: A branch, a tag, a commit or a reference of a pull request.
  ///   - limit: How many commits at most; pages beyond are not asked for.
  ///   - options: The hub, the token and the time that it may take.
  /// - Throws: As ``info(of:revision:options:)``.
  public func commits(
    of repository: RepositoryID, revision: Revision = .main, limit: Int = .max,
    options: DownloadOptions = DownloadOptions()
  ) async throws(HubError) -> [CommitListing] {
    let context = HubError.Context(repository: repository, revision: revision)
    return try await pages(.commits(repository, revision), query: [], limit: limit, options: options, context)
  }

  private func unlessExisting(
    _ isFine: Bool, _ work: () async throws(HubError) -> Void
  ) async throws(HubError) {
    do throws(HubError) {
      try await work()
    } catch {
      guard isFine, error.code == .conflict else { throw error }
    }
  }
}
