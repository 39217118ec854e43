import ArgumentParser
import Foundation
import HubModel
import HubServer
import Logging
import PythonJSON

struct RunServerCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Serve the repositories of a directory (what 'dhub serve' does by itself).",
    discussion: """
      Requests are logged on stderr, unless --quiet. The first line on stdout says where; it is printed when connections \
      are accepted. SIGINT and SIGTERM let transfers under way finish.
      """)

  @OptionGroup var hub: HubDirectoryOptions

  @Option(help: ArgumentHelp("The address to listen on; 0.0.0.0 for every network.", valueName: "address"))
  var host = "127.0.0.1"

  @Option(help: ArgumentHelp("The port; 0 picks a free one.", valueName: "number"))
  var port = 8080

  @Option(
    name: .customLong("token-file"),
    help: ArgumentHelp(
      "Accounts as JSON, beside those of 'dhub serve user'; without any, only what is public is served.",
      valueName: "file"),
    completion: .file())
  var tokenFile: String?

  @Option(help: ArgumentHelp("The URL that clients use, where a proxy stands before the hub.", valueName: "url"))
  var endpoint: String?

  @OptionGroup var security: ServerSecurityOptions
  @OptionGroup var bounds: ServerLimitOptions
  @OptionGroup var style: OutputOptions

  func validate() throws {
    if !(0...65535).contains(port) { throw ValidationError("--port is \(port), not 0 to 65535") }
  }

  func perform(in session: Session) async throws -> Report {
    var configuration = HubServer.Configuration(root: hub.root, host: host, port: port, tokenFile: tokenFile)
    if let endpoint {
      guard let url = URL(string: endpoint), Origin(url) != nil else {
        throw Failure.usage("--endpoint '\(printable(endpoint, limit: 120))' is no http or https URL.")
      }
      configuration.publicEndpoint = url
    }
    try security.apply(to: &configuration)
    bounds.apply(to: &configuration.limits)
    configuration.logger = session.logger(style.isVerbose ? .debug : style.isQuiet ? .warning : .info)
    let host = host.hasBytes(":") ? "[\(host)]" : host
    let (scheme, output) = (configuration.tls == nil ? "http" : "https", session.output)
    try await HubServer(configuration).run { port in
      let url = "\(scheme)://\(host):\(port)"
      let line = output.isJSON ? JSONValue.object(["listening": .string(url)]).text(.line) : "listening on " + url
      // Whoever closed stdout does not wait for this line, and the hub serves others.
      try? output.line(line)
    }
    return Report(json: nil, text: "")
  }
}
