import HubCredentials
import HubModel
import HubTransport

/// What a hub says of one file, and the words in which it refused or failed to say it.
struct Announcement {
  /// The facts, for the decision.
  var remote: DownloadPlan.Remote
  /// The error that the facts came from, for the message.
  var error: HubError?
  /// The commit that has no such file, where the hub names it.
  var absence: CommitID?
}

extension HubClient {
  /// Asks the hub about a file, without asking for its bytes (`HEAD /resolve`).
  ///
  /// - Parameter hasFallback: Whether a cached file could take the place of the answer; then the hub gets one chance.
  /// - Throws: What no cached file should hide: `cancelled`, a proxy that fails, settings that cannot be used.
  func announcement(
    of file: RepositoryPath, _ repository: RepositoryID, _ revision: Revision, hasFallback: Bool,
    options: DownloadOptions
  ) async throws(HubError) -> Announcement {
    var request = try request(.head, .resolve(repository, revision, path: file), options: options)
    request.headers["Accept-Encoding"] = "identity"
    request.timeouts = HTTPTimeouts(seconds: environment.metadataTimeout)
    let transport = try connection.transport()
    var patience = retrying
    if hasFallback { patience.budget = .once }
    do throws(HubError) {
      let asked = request
      let response = try await patience.run { _ throws(HubError) in
        try await transport.send(asked, following: .metadata)
      }
      guard let error = HubErrorMapping.error(for: response, token: request.token?.token) else {
        return Announcement(remote: .found(try Self.metadata(in: response)))
      }
      var refusal = try Self.announcement(error)
      if refusal.remote == .noSuchFile { refusal.absence = response.headers["X-Repo-Commit"].flatMap { CommitID($0) } }
      return refusal
    } catch {
      return try Self.announcement(error)
    }
  }

  /// The metadata in the headers of an answer: the hub's own, or its redirect's to the store that has the bytes.
  static func metadata(in response: HTTPResponse) throws(HubError) -> FileMetadata {
    let context = HubError.Context(url: response.url.redacted, requestID: response.head.requestID)
    func refuse(_ what: String) -> HubError { HubError(.protocolViolation(what), context: context) }
    let isRedirect = RedirectPolicy.statuses.contains(response.status)
    guard response.status == 200 || isRedirect else { throw refuse("status \(response.status) names no file") }
    guard let hash = response.headers["X-Repo-Commit"] else { throw refuse("the header X-Repo-Commit is missing") }
    guard let commit = CommitID(hash) else { throw refuse("X-Repo-Commit is '\(hash)', not a commit") }
    guard let tag = response.headers["X-Linked-ETag"] ?? response.headers["ETag"] else {
      throw refuse("the header ETag is missing")
    }
    guard let etag = ETag(header: tag) else { throw refuse("the ETag '\(tag)' is not the hash of a content") }
    let size = response.headers["X-Linked-Size"].map(Int64.init) ?? (isRedirect ? nil : response.head.contentLength)
    if let size, size < 0 { throw refuse("the size \(size) is negative") }
    return FileMetadata(commit: commit, etag: etag, size: size, location: response.url)
  }

  private static func announcement(_ error: HubError) throws(HubError) -> Announcement {
    switch error.code {
    case .entryNotFound: return Announcement(remote: .noSuchFile, error: error)
    case .revisionNotFound: return Announcement(remote: .noSuchRevision, error: error)
    case .repositoryNotFound, .gated, .disabled, .unauthorized, .forbidden:
      return Announcement(remote: .refused(error.problem), error: error)
    case .network where error.isProxyFailure: throw error
    case .network, .timeout, .rateLimited, .status, .protocolViolation, .limitExceeded:
      return Announcement(remote: .unreachable(error.problem), error: error)
    default: throw error
    }
  }
}

extension HubError {
  /// Whether it was the proxy that failed: a wrong setting, which a cached file should not hide.
  var isProxyFailure: Bool { (cause as? TransportFailure)?.kind == .proxy }
}
