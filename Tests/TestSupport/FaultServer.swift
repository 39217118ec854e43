public import Foundation
import Synchronization

/// An HTTP/1.1 server on 127.0.0.1 that can be wrong in every way a test asks for.
///
///     let server = try FaultServer { _ in Answer(text: "hello") }
///     server.inject(.drop(after: 2), times: 1)
///     … server.url("/greeting") …
///     #expect(server.requests.count == 2)
///
/// A thread per connection; connections are kept alive where the answer leaves them in order. Everything ends with the
/// last reference to the server.
public final class FaultServer: Sendable {
  /// The port on 127.0.0.1.
  public let port: Int
  private let shared: Shared

  /// Starts to serve.
  ///
  /// - Parameters:
  ///   - bytesPerSecond: How fast the body of each connection may go, or `nil` for no limit.
  ///   - answer: What a correct server would answer; called on the connection's thread.
  public init(bytesPerSecond: Int? = nil, _ answer: @escaping @Sendable (ReceivedRequest) -> Answer) throws {
    let (socket, port) = try Socket.listening()
    let shared = Shared(listener: socket, bytesPerSecond: bytesPerSecond, answer: answer)
    (self.port, self.shared) = (port, shared)
    Thread.detachNewThread { shared.accept() }
  }

  /// Serves `files` by path, and 404 for any other.
  public convenience init(files: [String: [UInt8]], bytesPerSecond: Int? = nil) throws {
    try self.init(bytesPerSecond: bytesPerSecond) { request in
      files[request.path].map { Answer(body: $0) } ?? Answer(404, text: "no such file")
    }
  }

  deinit { stop() }

  /// `http://127.0.0.1:PORT`.
  public var endpoint: String { "http://127.0.0.1:\(port)" }

  /// The URL of `target`, which begins with a slash.
  public func url(_ target: String = "/") -> URL {
    // A number and a target that the test has written out make a URL.
    URL(string: endpoint + target)!
  }

  /// Breaks the next answers.
  ///
  /// Of several faults that fit a request the first injected one counts, until it has been used up.
  ///
  /// - Parameters:
  ///   - fault: What goes wrong.
  ///   - times: How often, or `nil` for always.
  ///   - matches: Which requests it concerns.
  public func inject(
    _ fault: Fault, times: Int? = nil, where matches: @escaping @Sendable (ReceivedRequest) -> Bool = { _ in true }
  ) {
    shared.state.withLock { $0.rules.append(Rule(fault: fault, remaining: times, matches: matches)) }
  }

  /// Takes every fault away.
  public func heal() { shared.state.withLock { $0.rules = [] } }

  /// What has arrived, in order.
  public var requests: [ReceivedRequest] { shared.state.withLock { $0.requests } }

  /// How many bytes of bodies have been sent.
  public var bytesSent: Int64 { shared.state.withLock { $0.bytesSent } }

  /// How many connections have been accepted.
  public var connections: Int { shared.state.withLock { $0.connectionCount } }

  /// How many connections are open.
  public var openConnections: Int { shared.state.withLock(\.open.count) }

  /// Ends the server and its connections; new ones are refused.
  public func stop() { shared.stop() }

  struct Rule {
    let fault: Fault
    var remaining: Int?
    let matches: @Sendable (ReceivedRequest) -> Bool
  }

  struct State {
    var requests: [ReceivedRequest] = []
    var rules: [Rule] = []
    var open: [Int: Socket] = [:]
    var connectionCount = 0
    var bytesSent: Int64 = 0
    var isStopped = false
  }
}

/// What the threads of a server have in common.
final class Shared: Sendable {
  let state = Mutex(FaultServer.State())
  let bytesPerSecond: Int?
  private let listener: Mutex<Socket?>
  private let answer: @Sendable (ReceivedRequest) -> Answer

  init(listener: Socket, bytesPerSecond: Int?, answer: @escaping @Sendable (ReceivedRequest) -> Answer) {
    (self.bytesPerSecond, self.answer) = (bytesPerSecond, answer)
    self.listener = Mutex(listener)
  }

  func accept() {
    guard let socket = listener.withLock({ $0 }) else { return }
    while let connection = socket.accept() {
      let number = state.withLock { state in
        defer { state.connectionCount += 1 }
        if !state.isStopped { state.open[state.connectionCount] = connection }
        return state.isStopped ? nil : state.connectionCount
      }
      guard let number else { return }
      Thread.detachNewThread { [self] in
        Connection(connection, number: number, server: self).serve()
        state.withLock { _ = $0.open.removeValue(forKey: number) }
      }
    }
  }

  func stop() {
    listener.withLock { listener in
      listener?.shutDown()
      listener = nil
    }
    state.withLock { state in
      state.isStopped = true
      for socket in state.open.values { socket.shutDown() }
    }
  }

  /// Records `request` and says what to send.
  func answer(to request: ReceivedRequest) -> WireAnswer {
    var wire = WireAnswer(answer(request), to: request)
    let fault = state.withLock { state -> Fault? in
      state.requests.append(request)
      guard let index = state.rules.firstIndex(where: { $0.remaining != 0 && $0.matches(request) }) else { return nil }
      state.rules[index].remaining? -= 1
      return state.rules[index].fault
    }
    fault?.apply(to: &wire, request: request)
    return wire
  }
}
