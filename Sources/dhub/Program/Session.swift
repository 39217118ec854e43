import Foundation
import Hub
import HubCredentials
import HubModel
import Logging

/// What a command works with: the streams, the environment, and a client made from the options.
struct Session: Sendable {
  let output: Output
  let variables: [String: String]

  init(_ output: Output) {
    self.output = output
    variables = ProcessInfo.processInfo.environment
  }

  /// A client of the hub that the options name.
  func client(_ options: HubOptions, _ style: OutputOptions) -> HubClient {
    client(options.account, style, isOffline: options.offline)
  }

  /// A client of the hub that the options name.
  func client(_ options: AccountOptions, _ style: OutputOptions, isOffline: Bool = false) -> HubClient {
    HubClient(
      variables: variables, endpoint: options.endpoint, isOffline: isOffline, product: "dhub/\(Version.number)",
      logger: logger(style))
  }

  /// A client for what needs no hub.
  var localClient: HubClient { HubClient(variables: variables, isOffline: true) }

  /// What is told on the way with `--verbose`, on stderr.
  func logger(_ style: OutputOptions) -> Logger? { style.isVerbose ? logger(.debug) : nil }

  /// A log on stderr.
  func logger(_ level: Logger.Level) -> Logger {
    var logger = Logger(label: "dhub") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = level
    return logger
  }

  /// Whether progress is shown: to somebody, and unless somebody said no.
  func showsProgress(_ style: OutputOptions, _ environment: HubEnvironment) -> Bool {
    !style.isQuiet && Streams.errorIsTerminal && environment.disablesProgressBars != true
  }

  /// Asks a question that is answered with yes or no.
  ///
  /// - Throws: A ``Failure`` where there is nobody to ask.
  func confirm(_ question: String) throws -> Bool {
    guard Streams.inputIsTerminal, Streams.errorIsTerminal else {
      throw Failure.usage("This needs a confirmation, and there is no terminal to ask for it.", hint: "pass --yes")
    }
    output.draw("\(question) [y/N] ")
    return ["y", "yes"].contains(readLine()?.lowercased())
  }

  /// Asks for a secret, which the terminal does not show.
  ///
  /// - Throws: `cancelled` if the user interrupts, a ``Failure`` if the input ends.
  func secret(_ question: String) throws -> String {
    output.draw(question)
    defer { output.draw("\n") }
    return try Streams.withoutEcho {
      var line: [UInt8] = []
      while let byte = try Streams.nextInputByte(), byte != UInt8(ascii: "\n") { line.append(byte) }
      return String(decoding: line, as: UTF8.self)
    }
  }
}
