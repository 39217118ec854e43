import Foundation
public import HubModel
import HubTransport

/// A repository that is there now.
public struct CreatedRepository: Hashable, Sendable {
  /// Its id, with its owner.
  public let id: RepositoryID
  /// Its page.
  public let url: String
  /// Whether it was not there before.
  public let isNew: Bool
}

/// What changes which repositories there are, and who sees them.
extension HubClient {
  /// The same id with an owner: the account of the token, if it has none (`whoami`).
  ///
  /// - Throws: As ``whoAmI(options:)``.
  public func qualified(
    _ id: RepositoryID, options: DownloadOptions = DownloadOptions()
  ) async throws(HubError) -> RepositoryID {
    guard id.owner == nil else { return id }
    return try RepositoryID("\(try await whoAmI(options: options).name)/\(id.name)", kind: id.kind)
  }

  /// Makes a repository (`create_repo`).
  ///
  /// - Parameters:
  ///   - repository: Its id; without an owner it becomes the account's own.
  ///   - isPrivate: Who sees it; `nil` leaves it to the hub.
  ///   - existsOK: Whether it is fine that there is one of that name; who sees that one does not change.
  ///   - options: The hub, the token and the time that it may take.
  /// - Throws: `conflict` if there is one and that is not fine; `unauthorized`, `forbidden`, `network` and so on.
  @discardableResult
  public func createRepository(
    _ repository: RepositoryID, isPrivate: Bool? = nil, existsOK: Bool = false,
    options: DownloadOptions = DownloadOptions()
  ) async throws(HubError) -> CreatedRepository {
    let id = try await qualified(repository, options: options)
    let message = RepositoryRequest(name: id.shortName, organization: id.owner, kind: id.kind, isPrivate: isPrivate)
    let context = HubError.Context(repository: id)
    do throws(HubError) {
      let answer: RepositoryAnswer = try await ask(
        .post, .repositories(.create), message, isIdempotent: existsOK, options: options, context)
      return CreatedRepository(id: id, url: answer.url, isNew: true)
    } catch {
      guard existsOK else { throw error }
      let existing = CreatedRepository(id: id, url: "\(environment.endpoint)/\(id.pagePath)", isNew: false)
      switch error.code {
      case .conflict: return existing
      case .forbidden, .unauthorized:
        // A token that may write to it may not be one that makes repositories.
        // Absence: the first error counts.
        guard (try? await info(of: id, options: options)) != nil else { throw error }
        return existing
      default: throw error
      }
    }
  }

  /// Deletes a repository with all that is in it (`delete_repo`).
  ///
  /// - Parameters:
  ///   - repository: The repository.
  ///   - missingOK: Whether it is fine that there is none.
  ///   - options: The hub, the token and the time that it may take.
  public func deleteRepository(
    _ repository: RepositoryID, missingOK: Bool = false, options: DownloadOptions = DownloadOptions()
  ) async throws(HubError) {
    let id = try await qualified(repository, options: options)
    let message = RepositoryRequest(name: id.shortName, organization: id.owner, kind: id.kind)
    do throws(HubError) {
      // Once only: what answers the second time may be a new one of that name.
      try await tell(
        .delete, .repositories(.delete), message, isIdempotent: false, options: options,
        HubError.Context(repository: id))
    } catch {
      guard missingOK, error.code == .repositoryNotFound else { throw error }
    }
  }

  /// Gives a repository another name or owner (`move_repo`).
  ///
  /// - Throws: `conflict` if there is one of the new name.
  public func moveRepository(
    _ repository: RepositoryID, to other: RepositoryID, options: DownloadOptions = DownloadOptions()
  ) async throws(HubError) {
    guard repository.kind == other.kind else {
      throw HubError(
        .invalidArgument(name: "new repository", value: other.description, reason: "it must be of the same kind"))
    }
    let (old, new) = (
      try await qualified(repository, options: options), try await qualified(other, options: options)
    )
    try await tell(
      .post, .repositories(.move), MoveRequest(from: old, to: new.name), options: options,
      HubError.Context(repository: old))
  }

  /// Changes who sees a repository, and whether access has to be asked for (`update_repo_settings`).
  ///
  /// What is `nil` stays as it is.
  public func updateSettings(
    of repository: RepositoryID, isPrivate: Bool? = nil, gate: RepositoryInfo.Gate? = nil,
    options: DownloadOptions = DownloadOptions()
  ) async throws(HubError) {
    try await tell(
      .put, .settings(repository), SettingsRequest(isPrivate: isPrivate, gated: gate), options: options,
      HubError.Context(repository: repository))
  }
}
