public import HubModel
import HubTransport

/// Discussions and pull requests.
extension HubClient {
  /// The discussions and pull requests of a repository, one page of them (`get_repo_discussions`).
  ///
  /// - Parameters:
  ///   - repository: The repository.
  ///   - page: From 0.
  ///   - options: The hub, the token and the time that it may take.
  public func discussions(
    of repository: RepositoryID, page: Int = 0, options: DownloadOptions = DownloadOptions()
  ) async throws(HubError) -> DiscussionList {
    try await ask(
      .get, .discussions(repository), query: [("p", "\(page)")], Self.nothing, options: options,
      HubError.Context(repository: repository))
  }

  /// Opens a discussion, or a pull request without commits yet (`create_discussion`, `create_pull_request`).
  ///
  /// - Returns: Its number.
  /// - Throws: `uncertain` if the answer was lost: it may have been opened.
  public func openDiscussion(
    _ title: String, description: String = "", isPullRequest: Bool = false, of repository: RepositoryID,
    options: DownloadOptions = DownloadOptions()
  ) async throws(HubError) -> Int {
    let message = DiscussionRequest(title: title, description: description, pullRequest: isPullRequest)
    let answer: Numbered = try await ask(
      .post, .discussions(repository), message, options: options, HubError.Context(repository: repository))
    return answer.num
  }

  /// Brings the commits of a pull request to its base (`merge_pull_request`).
  ///
  /// - Throws: `conflict` if both have changed the same files.
  public func mergePullRequest(
    _ number: Int, of repository: RepositoryID, comment: String? = nil, options: DownloadOptions = DownloadOptions()
  ) async throws(HubError) {
    try await tell(
      .post, .discussion(repository, number: number, .merge), Remark(comment: comment), options: options,
      HubError.Context(repository: repository))
  }

  /// Adds a comment (`comment_discussion`).
  public func comment(
    _ text: String, on number: Int, of repository: RepositoryID, options: DownloadOptions = DownloadOptions()
  ) async throws(HubError) {
    try await tell(
      .post, .discussion(repository, number: number, .comment), Remark(comment: text), options: options,
      HubError.Context(repository: repository))
  }

  /// Opens or closes a discussion or pull request (`change_discussion_status`).
  public func setStatus(
    isOpen: Bool, of number: Int, of repository: RepositoryID, comment: String? = nil,
    options: DownloadOptions = DownloadOptions()
  ) async throws(HubError) {
    try await tell(
      .post, .discussion(repository, number: number, .status),
      Remark(comment: comment, status: isOpen ? "open" : "closed"), options: options,
      HubError.Context(repository: repository))
  }

  private struct Numbered: Decodable { var num: Int }

  private struct Remark: Encodable {
    var comment: String?
    var status: String?
  }
}
