import Foundation
import HubModel
import HubTransport
import TestSupport
import Testing

/// TLS against a real server, `openssl s_server`, with a certificate of our own.
@Suite(.timeLimit(.minutes(1)), .enabled(if: Layout.program("openssl") != nil)) struct TLSTests {
  let directory: TemporaryDirectory
  let openssl: String

  init() throws {
    directory = try TemporaryDirectory()
    openssl = try #require(Layout.program("openssl"))
  }

  /// Starts a server that shows a page about its own connections.
  private func serve(_ certificate: String, options: [String] = []) async throws -> (RunningProgram, URL) {
    let arguments = [
      "s_server", "-accept", "127.0.0.1:0", "-www", "-cert", directory.appending("\(certificate).pem"), "-key",
      directory.appending("\(certificate).key"),
    ]
    let server = try Program(openssl, arguments + options).start()
    let port = try await server.line { $0.hasPrefix("ACCEPT ") ? $0.split(separator: ":").last : nil }
    return (server, try parsed("https://127.0.0.1:\(port)/"))
  }

  private func transport(_ tls: TLSConfiguration) -> CurlTransport {
    CurlTransport(CurlTransport.Configuration(tls: tls))
  }

  private var trusting: TLSConfiguration { TLSConfiguration(authorityFile: directory.appending("server.pem")) }

  @Test func `an authority of one's own is trusted`() async throws {
    try await directory.makeCertificate("server")
    let (server, url) = try await serve("server")
    #expect(try await transport(trusting).send(HTTPRequest(.get, url)).status == 200)
    #expect(server.isRunning)
  }

  @Test(arguments: [("IP:127.0.0.1", false), ("DNS:other.example", true)])
  func `an unknown authority and a wrong name are refused at once`(subject: String, isTrusted: Bool) async throws {
    try await directory.makeCertificate("server", subject: subject)
    let (server, url) = try await serve("server")
    let clock = PatientClock()
    let transport = transport(isTrusted ? trusting : TLSConfiguration())
    let error = await #expect(throws: HubError.self) {
      try await Retrying(clock: clock).run { _ throws(HubError) in try await transport.send(HTTPRequest(.get, url)) }
    }
    #expect(error?.description.contains("TLS") == true)
    #expect((error?.cause as? TransportFailure)?.kind == .tls)
    #expect(clock.sleeps.isEmpty)
    #expect(server.isRunning)
  }

  @Test func `a server that asks for a certificate gets ours`() async throws {
    try await directory.makeCertificate("server")
    try await directory.makeCertificate("client", subject: "DNS:client")
    let (server, url) = try await serve(
      "server", options: ["-Verify", "1", "-verify_return_error", "-CAfile", directory.appending("client.pem")])
    var tls = trusting
    let error = await #expect(throws: HubError.self) { try await transport(tls).send(HTTPRequest(.get, url)) }
    #expect((error?.cause as? TransportFailure)?.kind == .tls)
    tls.clientCertificate = TLSConfiguration.ClientCertificate(
      path: directory.appending("client.pem"), keyPath: directory.appending("client.key"))
    #expect(try await transport(tls).send(HTTPRequest(.get, url)).status == 200)
    #expect(server.isRunning)
  }

  @Test func `a missing authority file is an error, and not a fall back`() async throws {
    let server = try FaultServer(files: [:])
    let tls = TLSConfiguration(authorityFile: directory.appending("none.pem"))
    await expect(.configuration) {
      try await transport(tls).send(HTTPRequest(.get, parsed("https://127.0.0.1:\(server.port)/")))
    }
  }
}
