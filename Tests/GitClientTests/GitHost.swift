import Foundation
import HubModel
import HubTransport
import TestSupport
import Testing

/// Git's own server, `git http-backend`, behind nginx and fcgiwrap: over http and, with a certificate of its own, https.
///
///     /v2/NAME.git       the server of today
///     /v0/NAME.git       one that does not pass the protocol's version on
///     /private/NAME.git  one that asks for the password
///     /moved/NAME.git    a redirect to /v2
final class GitHost: Sendable {
  /// The password of `/private`, for any user named `hub`.
  static let password = "hf_passwordOfTheTests0123456789"

  let directory: TemporaryDirectory
  let port: Int, tlsPort: Int
  private let programs: [RunningProgram]

  /// Whether the machine has what is needed.
  static var isAvailable: Bool {
    ["nginx", "fcgiwrap", "openssl", "git"].allSatisfy { Layout.program($0) != nil } && backend != nil
  }

  private static var backend: String? {
    ["/usr/lib/git-core/git-http-backend", "/usr/libexec/git-core/git-http-backend"]
      .first(where: FileManager.default.isExecutableFile)
  }

  init() async throws {
    directory = try TemporaryDirectory()
    chmod(directory.path, 0o755)
    (port, tlsPort) = (try FaultServer(files: [:]).port, try FaultServer(files: [:]).port)
    try await directory.makeCertificate("server")
    try directory.write(Self.cgi.utf8, to: "cgi", mode: 0o755)
    try directory.write("hub:{PLAIN}\(Self.password)\n".utf8, to: "passwords")
    try FileManager.default.createDirectory(atPath: directory.appending("faults"), withIntermediateDirectories: true)
    try directory.write(Self.configuration(directory.path, port, tlsPort).utf8, to: "nginx.conf")
    let wrapper = try #require(Layout.program("fcgiwrap"))
    let nginx = try #require(Layout.program("nginx"))
    // One process each, and nginx without a master: what has no children leaves none behind when it is killed.
    let wrappers = try Self.sockets(directory.path).map { try Program(wrapper, ["-s", $0]).start() }
    let arguments = ["-p", directory.path, "-c", directory.appending("nginx.conf"), "-e", "stderr"]
    programs = wrappers + [try Program(nginx, arguments).start()]
    try await waitForStart()
  }

  /// What the processes of fcgiwrap listen on; as many requests are served at once.
  private static func sockets(_ directory: String) -> [String] { (0..<4).map { "unix:\(directory)/fcgi-\($0)" } }

  private func waitForStart() async throws {
    let request = HTTPRequest(.get, try #require(URL(string: url("v2", "none"))))
    try await eventually("nginx and fcgiwrap answer") {
      for program in programs { try #require(program.isRunning, "\(program.errorText)") }
      return (try? await CurlTransport().send(request))?.status == 404
    }
    // What was asked until now does not count.
    _ = requests
  }

  /// The URL of a repository.
  func url(_ kind: String, _ name: String, isEncrypted: Bool = false) -> String {
    (isEncrypted ? "https://127.0.0.1:\(tlsPort)" : "http://127.0.0.1:\(port)") + "/\(kind)/\(name).git"
  }

  /// A transport that trusts the server.
  func transport() -> CurlTransport {
    CurlTransport(
      CurlTransport.Configuration(tls: TLSConfiguration(authorityFile: directory.appending("server.pem"))))
  }

  /// The path of a repository.
  func path(_ name: String) -> String { directory.appending("repositories/\(name).git") }

  /// Makes an empty bare repository that may be pushed to.
  @discardableResult
  func makeRepository(_ name: String = "model", _ settings: [String: String] = [:]) async throws -> String {
    let git = try Git()
    try await git(["init", "--quiet", "--bare", "-b", "main", path(name)], in: directory.path)
    let defaults = ["http.receivepack": "true", "uploadpack.allowfilter": "true"]
    for (key, value) in defaults.merging(settings, uniquingKeysWith: { $1 }) {
      try await git(["config", key, value], in: path(name))
    }
    return path(name)
  }

  /// Makes the next request of this method to this service go wrong: `fail` before git sees it, `lose` afterwards.
  func inject(_ fault: String, _ method: String, _ service: String) throws {
    try directory.write([], to: "faults/\(fault)-\(method)-\(service)", mode: 0o666)
  }

  /// A request as the server logged it.
  struct Request: Sendable {
    let method: String, target: String
    let status: Int, received: Int, sent: Int
  }

  /// The requests so far.
  var requests: [Request] {
    let rows = (try? directory.read("log")).map { String(decoding: $0, as: UTF8.self) } ?? ""
    return rows.split(separator: "\n").compactMap { row in
      let words = row.split(separator: " ")
      guard words.count == 5, !words[1].contains("/none.git") else { return nil }
      guard let status = Int(words[2]), let received = Int(words[3]), let sent = Int(words[4]) else { return nil }
      return Request(
        method: String(words[0]), target: String(words[1]), status: status, received: received, sent: sent)
    }
  }

  /// Runs the backend, unless a fault is to be had.
  private static var cgi: String {
    """
    #!/bin/sh
    take() { rm "$FAULTS/$1-$REQUEST_METHOD-${PATH_INFO##*/}" 2>/dev/null; }
    broken() { printf 'Status: 500 Internal Server Error\\r\\nContent-Type: text/plain\\r\\n\\r\\nbroken'; exit; }
    if take fail; then cat >/dev/null; broken; fi
    if take lose; then '\(backend ?? "")' >/dev/null; broken; fi
    exec '\(backend ?? "")'
    """
  }

  private static func configuration(_ directory: String, _ port: Int, _ tlsPort: Int) -> String {
    func location(_ kind: String, _ more: String) -> String {
      """
      location ~ ^/\(kind)(/.*)$ {
        \(more)
        fastcgi_pass wrappers; fastcgi_request_buffering off; fastcgi_buffering off;
        fastcgi_param SCRIPT_FILENAME \(directory)/cgi; fastcgi_param PATH_INFO $1;
        fastcgi_param GIT_PROJECT_ROOT \(directory)/repositories; fastcgi_param GIT_HTTP_EXPORT_ALL 1;
        fastcgi_param GIT_CONFIG_NOSYSTEM 1; fastcgi_param GIT_CONFIG_GLOBAL /dev/null;
        fastcgi_param FAULTS \(directory)/faults; fastcgi_param PATH /usr/bin:/bin;
        fastcgi_param REQUEST_METHOD $request_method; fastcgi_param QUERY_STRING $query_string;
        fastcgi_param CONTENT_TYPE $content_type; fastcgi_param CONTENT_LENGTH $content_length;
        fastcgi_param REMOTE_USER $remote_user; fastcgi_param REMOTE_ADDR $remote_addr;
        fastcgi_param SERVER_PROTOCOL $server_protocol;
      }
      """
    }
    let locations = [
      location("v2", ""), location("v0", "fastcgi_param HTTP_GIT_PROTOCOL '';"),
      location("private", "auth_basic git; auth_basic_user_file \(directory)/passwords;"),
      "location ~ ^/moved(/.*)$ { return 301 /v2$1$is_args$args; }",
    ]
    func server(_ listen: String) -> String { "server { \(listen) \(locations.joined(separator: "\n")) }" }
    return """
      daemon off; master_process off; pid nginx.pid; error_log stderr; worker_processes 1; events { worker_connections 256; }
      http {
        log_format row '$request_method $request_uri $status $request_length $bytes_sent';
        access_log log row; client_max_body_size 0;
        client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi;
        scgi_temp_path scgi;
        upstream wrappers { least_conn; \(sockets(directory).map { "server \($0);" }.joined(separator: " ")) }
        \(server("listen 127.0.0.1:\(port);"))
        \(server(
          """
          listen 127.0.0.1:\(tlsPort) ssl http2; ssl_certificate \(directory)/server.pem;
          ssl_certificate_key \(directory)/server.key;
          """))
      }
      """
  }
}
