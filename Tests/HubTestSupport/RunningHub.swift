public import Foundation
public import HubServer
import Logging
import Synchronization

/// Our server over a folder, in this process, on a free port of the loopback interface; stops with its owner.
public final class RunningHub: Sendable {
  /// The port.
  public let port: Int
  /// What it has logged.
  public let log: LogCapture
  private let task: Task<Void, any Error>

  /// The tokens of every hub for tests: each one's secret, user, organisations and role.
  public enum Tokens {
    /// Reads; a member of `acme`.
    public static let member = "hf_member_000000000000000000000000"
    /// Writes; a member of `acme`.
    public static let writer = "hf_writer_000000000000000000000000"
    /// Reads; a member of nothing.
    public static let stranger = "hf_stranger_0000000000000000000000"
    /// Writes what is its own; a member of nothing, like ``stranger``, whose user it has.
    public static let outsider = "hf_outsider_0000000000000000000000"
  }

  /// Starts a server over `root`, with the accounts of ``Tokens`` unless `hasAccounts` is false.
  public init(
    root: String, hasAccounts: Bool = true, adjust: (inout HubServer.Configuration) -> Void = { _ in }
  ) async throws {
    let log = LogCapture()
    self.log = log
    var configuration = HubServer.Configuration(root: root)
    configuration.logger = Logger(label: "test") { _ in log.handler }
    if hasAccounts { configuration.tokenFile = try Self.writeTokens(root) }
    adjust(&configuration)
    let server = try HubServer(configuration)
    let (ports, listening) = AsyncStream.makeStream(of: Int.self)
    let task = Task {
      defer { listening.finish() }
      try await server.run { listening.yield($0) }
    }
    self.task = task
    guard let port = await ports.first(where: { _ in true }) else {
      try await task.value
      throw CancellationError()
    }
    self.port = port
  }

  deinit { task.cancel() }

  /// `http://127.0.0.1:PORT`.
  public var endpoint: URL { URL(string: "http://127.0.0.1:\(port)")! }  // digits make no URL malformed

  /// Stops the server and waits for it.
  public func stop() async throws {
    task.cancel()
    try await task.value
  }

  /// The path of the token file.
  public static func writeTokens(_ root: String) throws -> String {
    let text = """
      {"tokens": [
        {"name": "member", "token": "\(Tokens.member)", "user": "ada", "role": "read", "orgs": ["acme"]},
        {"name": "writer", "token": "\(Tokens.writer)", "user": "bob", "role": "write", "orgs": ["acme"]},
        {"name": "stranger", "token": "\(Tokens.stranger)", "user": "eve", "role": "read"},
        {"name": "outsider", "token": "\(Tokens.outsider)", "user": "eve", "role": "write"}
      ]}
      """
    let path = root + "/tokens.json"
    try Data(text.utf8).write(to: URL(filePath: path))
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    return path
  }
}

/// What a logger was told, as text.
public final class LogCapture: Sendable {
  private let lines = Mutex<[String]>([])

  /// Every line so far: the message, then the metadata.
  public var text: String { lines.withLock { $0.joined(separator: "\n") } }

  var handler: Handler { Handler(capture: self) }

  struct Handler: LogHandler {
    let capture: LogCapture
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.MetadataValue? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      let fields = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
      capture.lines.withLock { $0.append(([event.message.description] + fields).joined(separator: " ")) }
    }
  }
}
