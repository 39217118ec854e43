import Foundation
public import HubModel
public import Logging

/// Sends requests over libcurl; see the module's essay for the model.
///
/// One transport is enough for a program: it keeps connections open and shares them between requests. Nothing is set up
/// before the first request. Its thread ends when the last reference to it is gone.
public final class CurlTransport: Sendable {
  /// What is the same for all requests.
  public struct Configuration: Sendable {
    /// Whom to trust.
    public var tls: TLSConfiguration
    /// Which proxies to use.
    public var proxies: ProxySelection
    /// The `User-Agent`; see ``UserAgent``.
    public var userAgent: String
    /// Connections to one host at once; further requests wait.
    public var connectionsPerHost: Int
    /// Connections at once, and the most that are kept open unused.
    public var connections: Int
    /// Told of every request and answer at the level `debug`, without secrets.
    public var logger: Logger?

    /// The usual settings: the system's authorities and no proxy.
    public init(
      tls: TLSConfiguration = TLSConfiguration(), proxies: ProxySelection = .none,
      userAgent: String = UserAgent().description, connectionsPerHost: Int = 32, connections: Int = 64,
      logger: Logger? = nil
    ) {
      (self.tls, self.proxies, self.userAgent) = (tls, proxies, userAgent)
      (self.connectionsPerHost, self.connections, self.logger) = (connectionsPerHost, connections, logger)
    }

    /// The settings that the environment makes: authorities, proxies and what is added to the `User-Agent`.
    public init(environment: [String: String], logger: Logger? = nil) {
      self.init(
        tls: TLSConfiguration(environment: environment), proxies: ProxySelection(environment: environment),
        userAgent: UserAgent(environment: environment).description, logger: logger)
    }
  }

  private let loop: CurlLoop

  /// A transport that has not yet done anything.
  public init(_ configuration: Configuration = Configuration()) { loop = CurlLoop(configuration) }

  deinit { loop.close() }

  /// The bound on answers that are held in memory, in bytes.
  public static let defaultBodyLimit = 64 << 20

  /// Sends `request` and holds the answer's body in memory.
  ///
  /// Any status is an answer, not an error; redirects are not followed and nothing is repeated. Compressed answers are
  /// expanded. When the task is cancelled the transfer stops at once.
  ///
  /// - Parameters:
  ///   - request: The request.
  ///   - bodyLimit: The longest body to accept, in bytes, after expansion.
  /// - Throws: `network`, `timeout`, `protocolViolation`, `limitExceeded`, `cancelled`, `invalidArgument`,
  ///   `configuration`, and what the request's body throws; those of libcurl have a ``TransportFailure`` as their
  ///   cause.
  public func send(_ request: HTTPRequest, bodyLimit: Int = defaultBodyLimit) async throws(HubError) -> HTTPResponse {
    try await transfer(request, .memory(limit: bodyLimit))
  }

  /// Sends `request` and hands the body of a 200 or 206 to `sink` while it arrives, as the server sent it.
  ///
  /// Any other status leaves the sink alone; the first bytes of its body are in the answer.
  ///
  /// - Throws: As ``send(_:bodyLimit:)``, and what the sink throws. The sink may have got a part of the body then.
  public func download(_ request: HTTPRequest, into sink: some ByteSink) async throws(HubError) -> HTTPResponse {
    try await transfer(request, .sink(sink))
  }

  private func transfer(
    _ request: HTTPRequest, _ destination: TransferOrder.Destination
  ) async throws(HubError) -> HTTPResponse {
    var request = request
    if request.headers["X-Amzn-Trace-Id"] == nil, request.headers["X-Request-Id"] == nil {
      request.headers["X-Amzn-Trace-Id"] = UUID().uuidString.lowercased()
    }
    let log = TransferLog(request, logger: loop.configuration.logger)
    let id = TransferOrder.nextID()
    let answer = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        start(TransferOrder(id: id, request: request, destination: destination, continuation: continuation))
      }
    } onCancel: {
      cancel(id)
    }
    log.finished(answer)
    return try answer.mapError { $0.with(HubError.Context(url: request.url.redacted)) }.get()
  }

  private func start(_ order: TransferOrder) {
    do {
      try loop.post(.start(order))
    } catch {
      order.continuation.resume(returning: .failure(error))
    }
    // A cancellation that came before the order was posted found nothing to cancel.
    if Task.isCancelled { cancel(order.id) }
  }

  private func cancel(_ id: TransferOrder.ID) {
    // What cannot be posted has no thread, and so no transfer to cancel.
    try? loop.post(.cancel(id))
  }
}
