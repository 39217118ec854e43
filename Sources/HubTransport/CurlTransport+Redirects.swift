public import HubModel

extension CurlTransport {
  /// Sends `request`, follows redirects, tries again, and turns a refusal into its error: what most callers want.
  ///
  /// - Parameters:
  ///   - request: The request; one that is not idempotent is sent again only if it cannot have been processed.
  ///   - policy: Which redirects to follow.
  ///   - retrying: How often to try.
  ///   - bodyLimit: The longest body to accept, in bytes.
  /// - Returns: An answer below 400.
  /// - Throws: As ``send(_:following:bodyLimit:)``, ``Retrying/run(isIdempotent:progress:_:)`` and ``HubErrorMapping``.
  public func exchange(
    _ request: HTTPRequest, following policy: RedirectPolicy = .interface, retrying: Retrying = Retrying(),
    bodyLimit: Int = defaultBodyLimit
  ) async throws(HubError) -> HTTPResponse {
    let response = try await retrying.run(isIdempotent: request.isIdempotent) { _ throws(HubError) in
      try await send(request, following: policy, bodyLimit: bodyLimit)
    }
    if let error = HubErrorMapping.error(for: response, token: request.token?.token) { throw error }
    return response
  }

  /// Sends `request` and follows redirects by `policy`, a request for each hop.
  ///
  /// - Returns: The first answer that is no redirect to follow; its head's URL says where it came from.
  /// - Throws: As ``send(_:bodyLimit:)``; `protocolViolation` for a redirect that is refused.
  public func send(
    _ request: HTTPRequest, following policy: RedirectPolicy, bodyLimit: Int = defaultBodyLimit
  ) async throws(HubError) -> HTTPResponse {
    try await follow(policy, request) { request throws(HubError) in try await send(request, bodyLimit: bodyLimit) }
  }

  /// Downloads and follows redirects by `policy`; only the last answer, if it is content, reaches the sink.
  ///
  /// - Throws: As ``download(_:into:)``; `protocolViolation` for a redirect that is refused.
  public func download(
    _ request: HTTPRequest, following policy: RedirectPolicy, into sink: some ByteSink
  ) async throws(HubError) -> HTTPResponse {
    try await follow(policy, request) { request throws(HubError) in try await download(request, into: sink) }
  }

  private func follow(
    _ policy: RedirectPolicy, _ request: HTTPRequest,
    _ perform: (HTTPRequest) async throws(HubError) -> HTTPResponse
  ) async throws(HubError) -> HTTPResponse {
    var journey = RedirectPolicy.Journey(request.url)
    var request = request
    while true {
      let response = try await perform(request)
      let location = response.headers["Location"]
      switch policy.decide(response.status, location: location, method: request.method, journey: journey) {
      case .deliver: return response
      case .refuse(let problem): throw HubError(problem, context: HubError.Context(url: request.url.redacted))
      case .follow(let url, let keepsToken):
        journey.hop(to: url, keepsToken: keepsToken)
        request.url = url
        if !journey.keepsToken { request.removeCredentials() }
      }
    }
  }
}

extension HTTPRequest {
  /// Takes out what was meant for the first origin alone.
  mutating func removeCredentials() {
    token = nil
    for name in ["Authorization", "Cookie", "Proxy-Authorization"] { headers[name] = nil }
  }
}
