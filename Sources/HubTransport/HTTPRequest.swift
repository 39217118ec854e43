public import Foundation
public import HubModel

/// The methods that hubs use.
public enum HTTPMethod: String, Sendable, Hashable, CaseIterable {
  /// See RFC 9110, section 9.3; PATCH is RFC 5789.
  case get = "GET", head = "HEAD", post = "POST", put = "PUT", patch = "PATCH", delete = "DELETE"

  /// Whether a repetition has no further effect (RFC 9110, section 9.2.2), so that a lost answer may be asked for
  /// again.
  public var isIdempotent: Bool { self != .post && self != .patch }

  /// Whether the request always states the length of its body, even of none.
  var hasBody: Bool { self == .post || self == .put || self == .patch }
}

/// One request to one URL; redirects and retries are the business of those who send it.
public struct HTTPRequest: Sendable {
  /// What to do.
  public var method: HTTPMethod
  /// Where; `http` or `https`, without user info.
  public var url: URL
  /// Fields beyond those the transport adds (`User-Agent`, `Authorization`, lengths).
  public var headers: HTTPHeaders
  /// What to send.
  public var body: HTTPBody
  /// The credentials, which are sent only if ``url`` has the origin that they are bound to.
  public var token: BoundToken?
  /// The limits on time.
  public var timeouts: HTTPTimeouts
  /// Whether the request may be processed twice: as its method says, unless the caller knows better of a POST that only
  /// asks. A request that may not is never sent again once a connection has taken it.
  public var isIdempotent: Bool
  /// Proxies for this request, by scheme or by `scheme://host`; see ``ProxySelection``.
  public var proxies: [String: String]

  /// A request; everything but the method and the URL has the usual default.
  public init(
    _ method: HTTPMethod, _ url: URL, headers: HTTPHeaders = [:], body: HTTPBody = .none,
    token: BoundToken? = nil, timeouts: HTTPTimeouts = HTTPTimeouts(), proxies: [String: String] = [:]
  ) {
    (self.method, self.url, self.headers, self.body) = (method, url, headers, body)
    (self.token, self.timeouts, self.proxies) = (token, timeouts, proxies)
    isIdempotent = method.isIdempotent
  }

  /// Whether the answer may be 304: the request names a version that the caller has.
  var isConditional: Bool { headers["If-None-Match"] != nil || headers["If-Modified-Since"] != nil }

  /// The origin of the URL, which the transport may talk to.
  ///
  /// - Throws: `invalidArgument` for another scheme, for a URL without a host, and for one with a user or password in
  ///   it, which would appear wherever URLs are printed.
  func checkedOrigin() throws(HubError) -> Origin {
    guard let origin = Origin(url) else {
      throw HubError(.invalidArgument(name: "URL", value: url.redacted, reason: "only http and https have an answer"))
    }
    guard url.user() == nil, url.password() == nil else {
      throw HubError(
        .invalidArgument(name: "URL", value: url.redacted, reason: "it holds a user or password; pass a token instead"))
    }
    return origin
  }
}

/// The limits on time of one request, in seconds. Every request ends.
public struct HTTPTimeouts: Sendable, Hashable {
  /// For the name, the connection and TLS.
  public var connect: Double
  /// From the last byte of the request to the last byte of the answer's head.
  public var response: Double
  /// The longest time in which fewer than ``minimumRate`` bytes a second may pass while a body is under way.
  public var idle: Double
  /// Bytes a second under which a body counts as stalled.
  public var minimumRate: Double
  /// For everything together, or `nil` for no limit: a large file may take a day as long as it moves.
  public var total: Double?

  /// The limits; the defaults are those of `HF_HUB_DOWNLOAD_TIMEOUT`.
  public init(
    connect: Double = 10, response: Double = 10, idle: Double = 10, minimumRate: Double = 512, total: Double? = nil
  ) {
    (self.connect, self.response, self.idle) = (connect, response, idle)
    (self.minimumRate, self.total) = (minimumRate, total)
  }

  /// The same limit for the connection, the answer and a stalled body.
  public init(seconds: Double) { self.init(connect: seconds, response: seconds, idle: seconds) }
}
