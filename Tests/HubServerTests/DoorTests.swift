import Foundation
import HubModel
import HubServer
import HubTestSupport
import HubTransport
import TestSupport
import Testing

/// Who is let in, by which door, and how many at once.
@Suite struct DoorTests {
  typealias Tokens = RunningHub.Tokens

  @Test func `when all places are taken the others are told to come again`() async throws {
    let repositories = try TestRepositories()
    let client = Client(try await RunningHub(root: repositories.root) { $0.limits.requests = 1 })
    let head = "POST /api/models/acme/euler/paths-info/main HTTP/1.1\r\nHost: x\r\nContent-Length: 15\r\n\r\n"
    // Whoever comes first has the place. A slow request that comes second is refused itself, and another one tries.
    var slow: [RawConnection] = []
    var answer = try await client.get("/api/models")
    try await eventually("a slow request takes the place") {
      let connection = try RawConnection(port: client.hub.port)
      connection.send(head + "paths=")
      slow.append(connection)
      answer = try await client.get("/api/models")
      return answer.status != 200
    }
    #expect(answer.status == 503 && answer.headers["Retry-After"] == "1")
    #expect(try await client.get("/health").status == 200)
    var statuses: Set<Int?> = []
    for connection in slow {
      connection.send("README.md")
      statuses.insert(AttackTests.status(String(decoding: await connection.read(atLeast: 20), as: UTF8.self)))
    }
    #expect(statuses.contains(200) && statuses.isSubset(of: [200, 503]))
    try await eventually("the place is free again") {
      answer = try await client.get("/api/models")
      return answer.status != 503
    }
    #expect(answer.status == 200)
  }

  @Test func `one address has its share of the connections`() async throws {
    let repositories = try TestRepositories()
    let hub = try await RunningHub(root: repositories.root) { $0.limits.connectionsPerAddress = 3 }
    let idle = try (0..<3).map { _ in try RawConnection(port: hub.port) }
    for connection in idle {
      connection.send("GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(AttackTests.status(String(decoding: await connection.read(atLeast: 20), as: UTF8.self)) == 200)
    }
    #expect(await (try RawConnection(port: hub.port)).rest().isEmpty)
    idle[0].finishSending()
    _ = await idle[0].rest()
    var answer = ""
    try await eventually("a connection that is closed counts no more") {
      answer = try await AttackTests.get("/health", hub)
      return !answer.isEmpty
    }
    #expect(AttackTests.status(answer) == 200)
    withExtendedLifetime(idle) {}
  }

  @Test func `whoever tries tokens is not listened to for a while`() async throws {
    let repositories = try TestRepositories()
    let client = Client(
      try await RunningHub(root: repositories.root) {
        $0.limits.wrongTokens = 3
        $0.limits.rateSeconds = 100_000
      })
    for number in 0..<3 { #expect(try await client.get("/api/whoami-v2", token: "hf_\(number)").status == 401) }
    // The right one is not tried any more, or it would be found by trying.
    for token in [Tokens.writer, "hf_4"] {
      let answer = try await client.get("/api/whoami-v2", token: token)
      #expect(answer.status == 429 && answer.headers["Retry-After"] != nil, "\(answer.text)")
      #expect(!answer.text.contains(token))
    }
    #expect(try await client.get("/acme/euler/resolve/main/README.md").status == 200)
    #expect(!client.hub.log.text.contains("hf_"))
  }

  @Test(arguments: ["0.0.0.0", "::", "192.168.1.1", "hub.example"])
  func `plain http stays on this machine unless it is meant`(host: String) throws {
    let directory = try TemporaryDirectory()
    var configuration = HubServer.Configuration(root: directory.path, host: host)
    let error = #expect(throws: HubError.self) { try HubServer(configuration) }
    #expect(error?.code == .configuration)
    #expect(
      error?.explanation.contains("--certificate") == true && error?.explanation.contains("--insecure-http") == true)
    #expect(try directory.listing().isEmpty)
    configuration.allowsInsecureHTTP = true
    _ = try HubServer(configuration)
  }

  @Test(arguments: ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
  func `on loopback it may be plain`(host: String) throws {
    let directory = try TemporaryDirectory()
    _ = try HubServer(HubServer.Configuration(root: directory.path, host: host))
  }
}

/// Connections in TLS, by curl, with a certificate of our own.
@Suite(.enabled(if: Layout.program("openssl") != nil && Layout.program("curl") != nil)) struct CertificateTests {
  let files: TemporaryDirectory

  init() throws { files = try TemporaryDirectory() }

  func get(_ path: String, _ hub: RunningHub, trusting name: String, _ options: String...) async throws
    -> Program.Outcome
  {
    let curl = try #require(Layout.program("curl"))
    let url = "https://127.0.0.1:\(hub.port)\(path)"
    return try await Program(curl, ["-sS", "--cacert", files.appending("\(name).pem")] + options + [url]).run()
  }

  func hub(_ repositories: TestRepositories) async throws -> RunningHub {
    let tls = HubServer.TLSFiles(certificate: files.appending("now.pem"), key: files.appending("now.key"))
    return try await RunningHub(root: repositories.root) {
      $0.tls = tls
      $0.limits.idleSeconds = 1
    }
  }

  func use(_ name: String) throws {
    for end in ["pem", "key"] { try files.write(try files.read("\(name).\(end)"), to: "now.\(end)", mode: 0o600) }
  }

  @Test func `the hub is served in TLS, and names itself so`() async throws {
    try await files.makeCertificate("one")
    try use("one")
    let repositories = try TestRepositories()
    let hub = try await hub(repositories)
    let weights = try await get("/acme/euler/resolve/main/weights.bin", hub, trusting: "one")
    #expect(weights.status == 0 && weights.output == TestRepositories.weights, "\(weights.errorText)")
    let page = try await get("/api/models/acme/euler/commits/main?limit=1", hub, trusting: "one", "-D", "-")
    #expect(
      page.text.contains("Link: <https://127.0.0.1:\(hub.port)/") || page.text.contains("link: <https://127.0.0.1"))
    #expect(try await get("/health", hub, trusting: "one", "--tls-max", "1.1").status != 0)
    // Whoever speaks plainly, or says nothing, gets nothing, and is in nobody's way.
    let silent = try RawConnection(port: hub.port)
    let plain = try await RawConnection.exchange(port: hub.port, "GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
    #expect(!plain.contains("200 OK"))
    #expect(await silent.rest().isEmpty)
    #expect(try await get("/health", hub, trusting: "one").status == 0)
  }

  @Test func `a renewed certificate counts for the next connection, a broken one does not`() async throws {
    try await files.makeCertificate("one")
    try await files.makeCertificate("two")
    try use("one")
    let repositories = try TestRepositories()
    let hub = try await hub(repositories)
    #expect(try await get("/health", hub, trusting: "one").status == 0)
    #expect(try await get("/health", hub, trusting: "two").status != 0)
    try use("two")
    #expect(try await get("/health", hub, trusting: "two").status == 0)
    try files.write(Array("garbage".utf8), to: "now.pem")
    #expect(try await get("/health", hub, trusting: "two").status == 0)
    #expect(hub.log.text.contains("the certificate stays as it was"))
  }

  @Test func `files that do not fit are refused at the start`() async throws {
    try await files.makeCertificate("one")
    try await files.makeCertificate("two")
    let repositories = try TestRepositories()
    for (certificate, key) in [
      ("one.pem", "two.key"), ("one.pem", "none"), ("none", "one.key"), ("one.key", "one.pem"),
    ] {
      var configuration = HubServer.Configuration(root: repositories.root)
      configuration.tls = .init(certificate: files.appending(certificate), key: files.appending(key))
      let error = #expect(throws: HubError.self) { try HubServer(configuration) }
      #expect(error?.code == .configuration && error?.explanation.contains(certificate) == true)
    }
  }
}
