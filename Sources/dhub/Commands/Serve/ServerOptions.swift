import ArgumentParser
import HubServer

/// How connections are secured.
struct ServerSecurityOptions: ParsableArguments, Sendable {
  @Option(
    help: ArgumentHelp(
      "The certificate with its chain, as PEM, for https; read again when it changes.", valueName: "file"),
    completion: .file())
  var certificate: String?

  @Option(help: ArgumentHelp("The certificate's private key, as PEM.", valueName: "file"), completion: .file())
  var key: String?

  @Flag(
    name: .customLong("insecure-http"),
    help: "Serve plain http beyond this machine, where others can read every token on the way.")
  var allowsInsecureHTTP = false

  func validate() throws {
    if (certificate == nil) != (key == nil) {
      throw ValidationError("--certificate and --key are needed together")
    }
  }

  func apply(to configuration: inout HubServer.Configuration) throws {
    if let certificate, let key { configuration.tls = .init(certificate: certificate, key: key) }
    configuration.allowsInsecureHTTP = allowsInsecureHTTP
  }
}

/// What clients may ask of the server.
struct ServerLimitOptions: ParsableArguments, Sendable {
  @Option(
    name: .customLong("max-connections"),
    help: ArgumentHelp("Connections at once; more wait until one ends.", valueName: "n"))
  var connections = 4096

  @Option(
    name: .customLong("max-per-address"),
    help: ArgumentHelp(
      """
      Connections of one address at once; more are closed. An eighth of all unless given; any number on loopback, and \
      with --endpoint, as a proxy has one address.
      """, valueName: "n"))
  var connectionsPerAddress: Int?

  @Option(
    name: .customLong("max-requests"),
    help: ArgumentHelp("Requests that are answered at once; more get 503 and come again.", valueName: "n"))
  var requests = 1024

  @Option(
    name: .customLong("max-body"),
    help: ArgumentHelp("The longest body that is read into memory, in MiB; files have no limit.", valueName: "mib"))
  var body = 4

  @Option(
    name: .customLong("rate-limit"),
    help: ArgumentHelp(
      "Requests of one user, or one address without a token, in 5 minutes; 0 for any number.", valueName: "n"))
  var rate = 0

  @Option(
    name: .customLong("idle-timeout"),
    help: ArgumentHelp("Seconds that a client may be silent, or take to send a request's head.", valueName: "s"))
  var idleSeconds: Int64 = 60

  func validate() throws {
    for (name, value) in [
      ("max-connections", connections), ("max-per-address", connectionsPerAddress ?? 1), ("max-requests", requests),
      ("max-body", body),
      ("idle-timeout", Int(idleSeconds)),
    ] where !(1...1_000_000).contains(value) {
      throw ValidationError("--\(name) is \(value), not 1 to 1000000")
    }
    if rate < 0 { throw ValidationError("--rate-limit is \(rate), not 0 or more") }
  }

  func apply(to limits: inout HubServer.Limits) {
    (limits.connections, limits.requests, limits.body) = (connections, requests, body << 20)
    limits.connectionsPerAddress = connectionsPerAddress
    (limits.idleSeconds, limits.rate) = (idleSeconds, rate == 0 ? nil : rate)
  }
}
