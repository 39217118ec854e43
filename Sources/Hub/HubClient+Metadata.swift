import Foundation
import HubCredentials
public import HubModel
import HubTransport

extension HubClient {
  /// What the hub knows of a repository at a revision (`model_info`).
  ///
  /// - Throws: `repositoryNotFound`, `revisionNotFound`, `gated` and the other refusals of a hub; `network`, `timeout`;
  ///   `protocolViolation` for an answer that is not of the form; `offline`.
  public func info(
    of repository: RepositoryID, revision: Revision? = nil, options: DownloadOptions = DownloadOptions()
  ) async throws(HubError) -> RepositoryInfo {
    let context = HubError.Context(repository: repository, revision: revision)
    return try await answer(.info(repository, revision), options: options, context).get()
  }

  /// The entries below a path, all of them down to the files (`list_repo_tree`).
  ///
  /// - Parameters:
  ///   - repository: The repository.
  ///   - revision: A branch, a tag, a commit or a reference of a pull request.
  ///   - path: The directory, or `nil` for the whole repository.
  ///   - isRecursive: Whether the entries of the directories in it are listed too.
  ///   - expands: Whether the hub is asked for the last commit of each.
  ///   - options: The hub, the token and the time that it may take.
  /// - Throws: As ``info(of:revision:options:)``, and `entryNotFound`; `protocolViolation` too for pages without end.
  public func tree(
    of repository: RepositoryID, revision: Revision = .main, below path: RepositoryPath? = nil,
    isRecursive: Bool = true, expands: Bool = false, options: DownloadOptions = DownloadOptions()
  ) async throws(HubError) -> [TreeEntry] {
    let query = [("recursive", "\(isRecursive)"), ("expand", "\(expands)")]
    let context = HubError.Context(repository: repository, revision: revision, file: path?.text)
    return try await pages(.tree(repository, revision, path: path), query: query, options: options, context)
  }

  /// The branches, tags, conversions, and if asked for the pull requests (`list_repo_refs`).
  ///
  /// - Throws: As ``info(of:revision:options:)``.
  public func references(
    of repository: RepositoryID, includingPullRequests: Bool = false, options: DownloadOptions = DownloadOptions()
  ) async throws(HubError) -> References {
    let query = includingPullRequests ? [("include_prs", "1")] : []
    let context = HubError.Context(repository: repository)
    return try await answer(.refs(repository), query: query, options: options, context).get()
  }

  /// The entries of these paths; those that do not exist are left out (`get_paths_info`).
  ///
  /// - Throws: As ``info(of:revision:options:)``.
  public func entries(
    at paths: [RepositoryPath], of repository: RepositoryID, revision: Revision = .main,
    options: DownloadOptions = DownloadOptions()
  ) async throws(HubError) -> [TreeEntry] {
    let context = HubError.Context(repository: repository, revision: revision)
    var entries: [TreeEntry] = []
    for start in stride(from: 0, to: paths.count, by: 500) {
      var request = try request(.post, .pathsInfo(repository, revision), options: options)
      let fields = paths[start..<min(start + 500, paths.count)].map { "paths=" + PercentEncoding.encode($0.text) }
      request.headers["Content-Type"] = "application/x-www-form-urlencoded"
      request.body = .bytes(Array((fields + ["expand=false"]).joined(separator: "&").utf8))
      request.isIdempotent = true
      entries += try await Answer<[TreeEntry]>(response: exchange(request), context: context).get()
    }
    return entries
  }

  /// The account that the token belongs to (`whoami`).
  ///
  /// - Throws: `unauthorized` for a token that the hub does not know, `tokenRequired` for none, and as
  ///   ``info(of:revision:options:)``.
  public func whoAmI(options: DownloadOptions = DownloadOptions()) async throws(HubError) -> WhoAmI {
    var options = options
    if options.token == .automatic { options.token = .required }
    return try await answer(.whoAmI, options: options, HubError.Context()).get()
  }

  // MARK: Answers

  /// A hub's JSON, not read yet.
  struct Answer<Value: Decodable> {
    let response: HTTPResponse
    let context: HubError.Context

    /// Reads the JSON.
    ///
    /// - Throws: `protocolViolation`, with the beginning of what came in its place.
    func get() throws(HubError) -> Value {
      do {
        return try JSONDecoder().decode(Value.self, from: Data(response.body))
      } catch {
        let start = String(decoding: response.body.prefix(80), as: UTF8.self)
        throw HubError(
          .protocolViolation("it is not the JSON of a hub but begins with '\(printable(start))'"),
          context: context.completed(
            by: HubError.Context(url: response.url.redacted, requestID: response.head.requestID)), cause: error)
      }
    }
  }

  func exchange(_ request: HTTPRequest) async throws(HubError) -> HTTPResponse {
    try await connection.transport().exchange(request, retrying: retrying)
  }

  private func answer<Value: Decodable>(
    _ route: Route, query: [(String, String)] = [], options: DownloadOptions, _ context: HubError.Context
  ) async throws(HubError) -> Answer<Value> {
    if let mode = offlineMode(options) { throw HubError(.offline(mode), context: context) }
    do throws(HubError) {
      let request = try request(.get, route, query: query, options: options)
      return Answer(response: try await exchange(request), context: context)
    } catch {
      throw error.with(context)
    }
  }

  /// The longest list of pages that is followed, for which the hub would need a year's patience anyway.
  private static let pageLimit = 10_000

  /// Every page of a list; the next one's URL is in the `Link` header, and must be the same hub's.
  func pages<Element: Decodable>(
    _ route: Route, query: [(String, String)], limit: Int = .max, options: DownloadOptions, _ context: HubError.Context
  ) async throws(HubError) -> [Element] {
    if let mode = offlineMode(options) { throw HubError(.offline(mode), context: context) }
    var request = try request(.get, route, query: query, options: options)
    var (elements, visited): ([Element], Set<URL>) = ([], [request.url])
    while true {
      do throws(HubError) {
        let response = try await exchange(request)
        elements += try Answer<[Element]>(response: response, context: context).get()
        if elements.count >= limit { return Array(elements.prefix(limit)) }
        guard let next = try response.nextPage(after: request.url) else { return elements }
        guard visited.insert(next).inserted, visited.count <= Self.pageLimit else {
          throw HubError(.protocolViolation("its pages have no end"))
        }
        request.url = next
      } catch {
        throw error.with(context)
      }
    }
  }
}

extension HTTPResponse {
  /// The URL of the next page, from `Link: <URL>; rel="next"` (RFC 8288).
  ///
  /// - Throws: `protocolViolation` for a page on another origin, where neither the request nor the token has any business.
  func nextPage(after url: URL) throws(HubError) -> URL? {
    let links = headers.values("Link").flatMap { $0.split(separator: ",") }
    guard let link = links.first(where: { $0.hasBytes("rel=\"next\"") || $0.hasBytes("rel=next") }),
      let start = link.firstIndex(of: "<"), let end = link[start...].firstIndex(of: ">")
    else { return nil }
    let text = String(link[link.index(after: start)..<end])
    guard let next = URL(string: text, relativeTo: url)?.absoluteURL, Origin(next) == Origin(url) else {
      throw HubError(.protocolViolation("its next page is on another host"))
    }
    return next
  }
}
