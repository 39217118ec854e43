import Foundation
import HubModel
import HubTransport
import TestSupport
import Testing

/// HTTP/2 against nginx.
@Suite(
  .timeLimit(.minutes(1)), .enabled(if: Layout.program("nginx") != nil && Layout.program("openssl") != nil))
struct HTTP2Tests {
  /// An nginx that serves `www` of a directory over TLS and logs each request's protocol and connection.
  private func serve(_ directory: TemporaryDirectory, port: Int) async throws -> RunningProgram {
    try await directory.makeCertificate("server")
    let configuration = """
      daemon off; pid nginx.pid; error_log stderr; worker_processes 1; events { worker_connections 256; }
      http {
        log_format row '$server_protocol $connection $status';
        access_log log row;
        client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi;
        scgi_temp_path scgi;
        server {
          listen 127.0.0.1:\(port) ssl http2; ssl_certificate server.pem; ssl_certificate_key server.key; root www;
        }
      }
      """
    try directory.write(Array(configuration.utf8), to: "nginx.conf")
    let nginx = try #require(Layout.program("nginx"))
    let arguments = ["-p", directory.path, "-c", directory.appending("nginx.conf"), "-e", "stderr"]
    return try Program(nginx, arguments).start()
  }

  /// A port that was free a moment ago.
  private func freePort() throws -> Int { try FaultServer(files: [:]).port }

  @Test func `a hundred requests share a connection`() async throws {
    let directory = try TemporaryDirectory()
    let content = Answer.Content.pattern(0..<16_384)
    try directory.write(content, to: "www/file", mode: 0o644)
    // The worker that opens the files is another user where the tests run as root.
    chmod(directory.path, 0o755)
    let port = try freePort()
    let server = try await serve(directory, port: port)
    let tls = TLSConfiguration(authorityFile: directory.appending("server.pem"))
    let transport = CurlTransport(CurlTransport.Configuration(tls: tls))
    let request = HTTPRequest(.get, try parsed("https://127.0.0.1:\(port)/file"))
    // Until nginx listens there is no answer.
    try await eventually("nginx answers") {
      try #require(server.isRunning, "\(server.errorText)")
      return (try? await transport.send(request)) != nil
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<100 {
        group.addTask {
          let sink = RecordingSink()
          _ = try await transport.download(request, into: sink)
          #expect(sink.bytes == content)
        }
      }
      try await group.waitForAll()
    }
    let missing = HTTPRequest(.get, try parsed("https://127.0.0.1:\(port)/none"))
    await expect(.status) { try await transport.exchange(missing) }
    server.signal(SIGTERM)
    _ = try await server.ended()
    let rows = String(decoding: try directory.read("log"), as: UTF8.self).split(separator: "\n")
    #expect(rows.count == 102)
    #expect(Set(rows.dropLast()).count == 1, "one protocol, one connection, one status")
    #expect(rows.allSatisfy { $0.hasPrefix("HTTP/2.0 ") })
  }
}
