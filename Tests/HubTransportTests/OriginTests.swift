import Foundation
import HubModel
import HubTransport
import Logging
import Synchronization
import TestSupport
import Testing

/// A token goes to its own origin only, whatever a server says: two servers, and a look at all that they received.
@Suite(.timeLimit(.minutes(1))) struct OriginTests {
  static let secret = "hf_verysecrettoken"
  let transport = CurlTransport()

  /// A hub, and a store at another port that answers everything.
  private func servers(
    _ location: @escaping @Sendable (FaultServer) -> String, status: Int = 302
  ) throws -> (hub: FaultServer, store: FaultServer) {
    let store = try FaultServer { _ in Answer(text: "stored") }
    let hub = try FaultServer { request in
      request.path == "/start" ? .redirect(to: location(store), status: status) : Answer(text: "hub")
    }
    return (hub, store)
  }

  private func request(_ method: HTTPMethod, _ hub: FaultServer, body: HTTPBody = .none) throws -> HTTPRequest {
    let origin = try #require(Origin(hub.url()))
    return HTTPRequest(
      method, hub.url("/start"), headers: ["Cookie": Self.secret], body: body,
      token: try Token(Self.secret).bound(to: origin))
  }

  @Test(
    arguments: [
      { "http://127.0.0.1:\($0.port)/f" }, { "http://localhost:\($0.port)/f" }, { "//127.0.0.1:\($0.port)/f" },
      { "http://user:password@127.0.0.1:\($0.port)/f" }, { "http://127.0.0.1:80@127.0.0.1:\($0.port)/f" },
    ] as [@Sendable (FaultServer) -> String]) func `the bytes of a file come from elsewhere without the token`(
      location: @escaping @Sendable (FaultServer) -> String
    ) async throws
  {
    let (hub, store) = try servers(location)
    let sink = RecordingSink()
    let response = try await transport.download(request(.get, hub), following: .content, into: sink)
    #expect(response.status == 200)
    #expect(sink.bytes == Array("stored".utf8))
    #expect(hub.requests.first?.header("Authorization") == "Bearer \(Self.secret)")
    #expect(store.requests.count == 1)
    #expect(!store.requests.contains { $0.contains(Self.secret) || $0.contains("password") })
  }

  @Test func `a token that was left behind is not taken up again`() async throws {
    let hubURL = Mutex("")
    let store = try FaultServer { _ in .redirect(to: hubURL.withLock(\.self) + "/back") }
    let hub = try FaultServer { request in
      request.path == "/start" ? .redirect(to: store.endpoint + "/f") : Answer(text: "hub")
    }
    hubURL.withLock { $0 = hub.endpoint }
    _ = try await transport.send(request(.get, hub), following: .content)
    #expect(hub.requests.map { $0.header("Authorization") != nil } == [true, false])
  }

  @Test func `metadata stop at the redirect, the interface refuses it`() async throws {
    let (hub, store) = try servers { $0.endpoint + "/f" }
    #expect(try await transport.send(request(.head, hub), following: .metadata).status == 302)
    await expect(.protocolViolation) { try await transport.send(request(.get, hub), following: .interface) }
    #expect(store.requests.isEmpty)
  }

  @Test(arguments: [301, 302, 303, 307, 308]) func `a body is not sent elsewhere, and never becomes a GET`(
    status: Int
  ) async throws {
    let (hub, store) = try servers({ $0.endpoint + "/f" }, status: status)
    await expect(.protocolViolation) {
      try await transport.send(request(.post, hub, body: .bytes([1])), following: .content)
    }
    #expect(hub.requests.map(\.method) == ["POST"])
    #expect(store.requests.isEmpty)
  }

  @Test func `a body follows a 307 within its origin`() async throws {
    let (hub, _) = try servers({ _ in "/moved" }, status: 307)
    let body = HTTPBody.bytes(Array("text".utf8))
    #expect(try await transport.send(request(.post, hub, body: body), following: .interface).status == 200)
    #expect(hub.requests.map(\.method) == ["POST", "POST"])
    #expect(hub.requests.map(\.body) == [Array("text".utf8), Array("text".utf8)])
  }

  @Test(arguments: [(10, HubError.Code?.none), (11, .protocolViolation), (1000, .protocolViolation)])
  func `a chain of redirects ends after ten`(length: Int, code: HubError.Code?) async throws {
    let hub = try FaultServer { request in
      let step = Int(request.path.dropFirst("/step".count)) ?? 0
      return step < length ? .redirect(to: "/step\(step + 1)") : Answer(text: "end")
    }
    let request = HTTPRequest(.get, hub.url("/step0"))
    if let code {
      await expect(code) { try await transport.send(request, following: .content) }
    } else {
      #expect(try await transport.send(request, following: .content).url.path() == "/step10")
    }
    #expect(hub.requests.count == 11)
  }

  @Test func `cookies are not kept, and no other way to log in is tried`() async throws {
    let hub = try FaultServer { _ in
      Answer(
        401, headers: ["Set-Cookie": "id=1; Path=/", "WWW-Authenticate": "Negotiate", "WWW-Authenticate": "Basic"])
    }
    for _ in 0..<2 { #expect(try await transport.send(HTTPRequest(.get, hub.url())).status == 401) }
    #expect(hub.requests.count == 2)
    #expect(hub.requests.allSatisfy { $0.header("Cookie") == nil && $0.header("Authorization") == nil })
  }

  @Test func `a hub that repeats the token does not get it printed`() async throws {
    let hub = try FaultServer(files: [:])
    hub.inject(.authorizationEcho)
    let request = try request(.get, hub)
    let response = try await transport.send(request)
    #expect(response.headers["X-Error-Message"]?.contains(Self.secret) == true)
    let error = try #require(HubErrorMapping.error(for: response, token: request.token?.token))
    #expect(error.explanation.contains("(token)"))
    #expect(!error.explanation.contains(Self.secret))
  }

  @Test func `the log has neither tokens nor signatures`() async throws {
    let lines = RecordingLog()
    var logger = Logger(label: "test") { _ in lines }
    logger.logLevel = .trace
    let transport = CurlTransport(CurlTransport.Configuration(logger: logger))
    let (hub, _) = try servers { $0.endpoint + "/f?X-Amz-Signature=abcdef" }
    _ = try await transport.send(request(.get, hub), following: .content)
    hub.inject(.close)
    await expect(.network) { try await transport.send(request(.get, hub)) }
    let text = lines.text
    #expect(text.contains("/start") && text.contains("/f") && text.contains("302") && text.contains("failure"))
    #expect(!text.contains(Self.secret))
    #expect(!text.contains("Signature"))
  }

  @Test func `a proxy that cannot be reached or refuses is named, without its password`() async throws {
    let stopped = try FaultServer(files: [:])
    stopped.stop()
    let refusing = try FaultServer { _ in Answer(407, text: "who are you") }
    for (scheme, proxy) in [("http", stopped), ("https", stopped), ("https", refusing)] {
      let address = "127.0.0.1:\(proxy.port)"
      let request = HTTPRequest(
        .post, try parsed("\(scheme)://hub.invalid/"), proxies: [scheme: "user:password@\(address)"])
      let error = await #expect(throws: HubError.self) { try await transport.send(request) }
      #expect((error?.cause as? TransportFailure)?.kind == .proxy)
      #expect(error?.explanation.contains(address) == true)
      #expect(error?.explanation.contains("password") == false)
    }
    #expect(refusing.requests.map(\.method) == ["CONNECT"])
  }

  @Test func `an exchange follows, tries again, and throws what a refusal means`() async throws {
    let (hub, _) = try servers({ _ in "/moved" }, status: 307)
    hub.inject(.answer(Answer(503)), times: 1)
    let retrying = Retrying(clock: PatientClock())
    #expect(try await transport.exchange(request(.get, hub), retrying: retrying).url.path() == "/moved")
    hub.inject(.authorizationEcho)
    let error = await #expect(throws: HubError.self) {
      try await transport.exchange(request(.get, hub), retrying: retrying)
    }
    #expect(error?.code == .unauthorized)
    #expect(error?.explanation.contains(Self.secret) == false)
  }

  @Test func `a proxy is spoken to in place of the host`() async throws {
    let proxy = try FaultServer { _ in Answer(text: "by proxy") }
    let request = HTTPRequest(
      .get, try parsed("http://hub.invalid/x"), proxies: ["http": "u:p@127.0.0.1:\(proxy.port)"])
    let response = try await transport.send(request)
    #expect(String(decoding: response.body, as: UTF8.self) == "by proxy")
    let received = try #require(proxy.requests.first)
    #expect(received.target == "http://hub.invalid/x")
    #expect(received.header("Proxy-Authorization") == "Basic \(Data("u:p".utf8).base64EncodedString())")
  }
}

/// A log that keeps what it is told.
final class RecordingLog: LogHandler {
  private let lines = Mutex<[String]>([])
  var text: String { lines.withLock { $0.joined(separator: "\n") } }
  var metadata: Logger.Metadata {
    get { [:] }
    set { _ = newValue }
  }
  var logLevel: Logger.Level {
    get { .trace }
    set { _ = newValue }
  }
  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { nil }
    set { note("\(key)=\(newValue ?? "")") }
  }

  func log(event: LogEvent) { note("\(event.message) \(event.metadata ?? [:])") }

  private func note(_ line: String) { lines.withLock { $0.append(line) } }
}
