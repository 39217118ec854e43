import Foundation
import HubModel
import HubTransport

/// The two services of a repository behind HTTP (gitprotocol-http).
enum GitService: String, Sendable {
  /// Reading.
  case uploadPack = "git-upload-pack"
  /// Writing.
  case receivePack = "git-receive-pack"
}

/// Sends requests to one repository of one server. Nothing here understands what it carries.
struct GitServer: Sendable {
  /// How requests are sent.
  struct Settings: Sendable {
    var transport: CurlTransport
    var token: BoundToken?
    var proxies: [String: String]
    var timeouts: HTTPTimeouts
    var retrying: Retrying
  }

  let settings: Settings
  /// The URL of the repository, that of a redirect of the first request included.
  private(set) var base: URL

  init(_ base: URL, _ settings: Settings) { (self.base, self.settings) = (base, settings) }

  /// The longest list of refs that is accepted, in bytes.
  private static let listLimit = 64 << 20

  /// Asks what the server offers, and goes where it sends us: another path of the same origin, as git does.
  ///
  /// - Parameter isVersion2: Whether to ask for version 2 of the protocol; a server may still answer in version 0.
  /// - Returns: The body of the answer.
  /// - Throws: ``error(for:)``; `protocolViolation` if the answer is none of a git server's; what the transport throws.
  mutating func advertisement(of service: GitService, isVersion2: Bool) async throws(HubError) -> [UInt8] {
    guard let url = URL(string: "\(base.absoluteString)/info/refs?service=\(service.rawValue)") else {
      throw HubError(.invalidArgument(name: "git remote", value: base.redacted, reason: "it is no URL"))
    }
    var request = request(.get, url, isVersion2: isVersion2)
    // A list of refs from an hour ago would be an honest answer of a cache, and a conflict.
    request.headers["Pragma"] = "no-cache"
    let response = try await exchange(request)
    try Self.check(response.head, service, "advertisement")
    base = try Self.base(of: response.url)
    return response.body
  }

  /// Sends `body` to `git-upload-pack`, which only reads, and answers what comes back.
  ///
  /// - Throws: As ``advertisement(of:isVersion2:)``.
  func ask(_ body: [UInt8], isVersion2: Bool) async throws(HubError) -> [UInt8] {
    let response = try await exchange(post(.uploadPack, .bytes(body), isVersion2: isVersion2), Self.listLimit)
    try Self.check(response.head, .uploadPack, "result")
    return response.body
  }

  /// Sends `body` to `git-upload-pack`, whose answer goes to `sink`.
  ///
  /// - Throws: As ``advertisement(of:isVersion2:)``, and what the sink throws.
  func download(_ body: [UInt8], isVersion2: Bool, into sink: some ByteSink) async throws(HubError) {
    let request = post(.uploadPack, .bytes(body), isVersion2: isVersion2)
    let response = try await settings.retrying.run { _ throws(HubError) in
      try await settings.transport.download(request, following: .interface, into: sink)
    }
    if let error = error(for: response) { throw error }
  }

  /// Sends a file to `git-receive-pack`.
  ///
  /// It is not sent again once a connection has taken it.
  ///
  /// - Throws: As ``advertisement(of:isVersion2:)``; `uncertain` if it was sent and has no answer.
  func push(_ file: String) async throws(HubError) -> HTTPResponse {
    let request = post(.receivePack, .file(path: file), isVersion2: false)
    return try await settings.retrying.run(isIdempotent: false) { _ throws(HubError) in
      try await settings.transport.send(request, following: .interface)
    }
  }

  private func exchange(_ request: HTTPRequest, _ limit: Int = listLimit) async throws(HubError) -> HTTPResponse {
    let response = try await settings.retrying.run(isIdempotent: request.isIdempotent) { _ throws(HubError) in
      try await settings.transport.send(request, following: .interface, bodyLimit: limit)
    }
    if let error = error(for: response) { throw error }
    return response
  }

  private func request(_ method: HTTPMethod, _ url: URL, isVersion2: Bool) -> HTTPRequest {
    var request = HTTPRequest(
      method, url, token: settings.token, timeouts: settings.timeouts, proxies: settings.proxies)
    if isVersion2 { request.headers["Git-Protocol"] = "version=2" }
    return request
  }

  private func post(_ service: GitService, _ body: HTTPBody, isVersion2: Bool) -> HTTPRequest {
    let url = base.appending(path: service.rawValue, directoryHint: .notDirectory)
    var request = request(.post, url, isVersion2: isVersion2)
    request.body = body
    request.headers["Content-Type"] = "application/x-\(service.rawValue)-request"
    request.headers["Accept"] = "application/x-\(service.rawValue)-result"
    // A question may be asked twice.
    request.isIdempotent = service == .uploadPack
    return request
  }
}

// MARK: What answers mean

extension GitServer {
  /// What a refusal means: as for a hub, but that git servers say 404 for a repository that is not there.
  ///
  /// - Returns: `nil` below 400.
  func error(for response: HTTPResponse) -> HubError? {
    let error = HubErrorMapping.error(for: response, token: settings.token?.token)
    guard let error, error.problem == .status(404) else { return error }
    return HubError(.repositoryNotFound, context: error.context)
  }

  /// Throws unless the answer says that it is one of the smart protocol; anything else is a page for people, or a
  /// directory of files (gitprotocol-http, "Smart Server Response").
  static func check(_ head: HTTPResponseHead, _ service: GitService, _ kind: String) throws(HubError) {
    let expected = "application/x-\(service.rawValue)-\(kind)"
    let type = head.headers["Content-Type"]?.split(separator: ";").first.map(String.init) ?? "nothing"
    guard type.lowercased() == expected else {
      throw HubError(
        .protocolViolation("'\(type)' in place of '\(expected)'; there is no git server of today at this URL"),
        context: HubError.Context(url: head.url.redacted))
    }
  }

  /// The repository's URL, from the one that answered.
  private static func base(of url: URL) throws(HubError) -> URL {
    let suffix = "/info/refs"
    let text = url.redacted
    guard text.hasSuffix(suffix), let base = URL(string: String(text.dropLast(suffix.count))) else {
      throw HubError(.protocolViolation("a redirect to \(text), which is not the list of refs of a repository"))
    }
    return base
  }
}
