import Foundation
import HubGit
import HubModel
import HubServer
import HubTestSupport
import HubTransport
import TestSupport
import Testing

/// Requests as no honest client sends them, byte by byte.
@Suite struct AttackTests {
  static func status(_ answer: String) -> Int? { answer.split(separator: " ").dropFirst().first.flatMap { Int($0) } }

  static func get(_ path: String, _ hub: RunningHub) async throws -> String {
    try await RawConnection.exchange(port: hub.port, "GET \(path) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
  }

  @Test func `no path leads out of a repository`() async throws {
    let repositories = try TestRepositories()
    try repositories.directory.write(Array("TOP-SECRET".utf8), to: "secret.txt")
    let hub = try await RunningHub(root: repositories.root)
    let climbs = [
      "..", "../../../secret.txt", "%2e%2e/secret.txt", "%2e%2e%2f%2e%2e%2fsecret.txt", "..%5csecret.txt", "%00",
      "%ff", "%252e%252e%252fsecret.txt", "....//secret.txt", "/etc/passwd", "%2fetc%2fpasswd", ".git/config",
      "README.md/../../../secret.txt", "a%0d%0aX-Evil:%201", "../euler.git/config", "..;/secret.txt",
    ]
    let places = [
      "/acme/euler/resolve/main/", "/acme/euler/raw/main/", "/acme/euler/resolve/", "/api/models/acme/euler/tree/main/",
      "/api/models/acme/euler/tree/", "/api/models/acme/euler/revision/", "/api/models/acme/euler/commits/",
      "/api/models/acme/", "/api/models/", "/api/datasets/", "/datasets/", "/", "/api/",
    ]
    for place in places {
      for climb in climbs {
        let answer = try await Self.get(place + climb, hub)
        #expect([400, 401, 404].contains(Self.status(answer)), "\(place)\(climb)")
        #expect(!answer.contains("TOP-SECRET") && !answer.contains("root:") && !answer.contains("[core]"))
        #expect(!answer.contains("X-Evil"))
      }
    }
    let page = try await Self.get("/api/models/acme/euler/tree/main?cursor=..%2f..&recursive=1", hub)
    #expect(Self.status(page) == 400)
  }

  @Test func `a link in a tree is a small file`() async throws {
    let repositories = try TestRepositories()
    let repository = try repositories.open("models/legacy")
    let program = try #require(Layout.program("git"))
    func git(_ arguments: String..., input: String = "") async throws -> String {
      let outcome = try await Program(
        program, ["-c", "user.name=x", "-c", "user.email=x"] + arguments, directory: repository.path,
        input: Array(input.utf8)
      ).run()
      try #require(outcome.status == 0, "\(outcome.errorText)")
      return outcome.text.trimmingCharacters(in: .newlines)
    }
    let blob = try await git("hash-object", "-w", "--stdin", input: "/etc/passwd")
    let tree = try await git("mktree", input: "120000 blob \(blob)\tlink\n")
    _ = try await git("update-ref", "refs/heads/main", try await git("commit-tree", tree, "-m", "x"))
    let client = Client(try await RunningHub(root: repositories.root))
    #expect(try await client.get("/legacy/resolve/main/link").text == "/etc/passwd")
    #expect(try await client.get("/legacy/resolve/main/link/x").status == 404)
  }

  @Test func `a tree bomb is refused, and others are served`() async throws {
    let repositories = try TestRepositories()
    let hub = try await RunningHub(root: repositories.root) { $0.limits.tree = TreeLimits(entries: 5) }
    let client = Client(hub)
    #expect(try await client.get("/api/models/acme/euler/tree/main?recursive=1").status == 422)
    #expect(try await client.get("/api/models/acme/euler").status == 422)
    #expect(try await client.get("/acme/euler/resolve/main/README.md").status == 200)
  }

  @Test func `requests that two servers could read differently are refused`() async throws {
    let repositories = try TestRepositories()
    let hub = try await RunningHub(root: repositories.root)
    let target = "/api/models/acme/euler/paths-info/main"
    let rows = [
      "POST \(target) HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "POST \(target) HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
      "POST \(target) HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\nx",
      "POST \(target) HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
      "GET \(target) HTTP/1.1\r\nHost: x\r\nBad Name: 1\r\n\r\n", "GARBAGE\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: x\r\n" + (0..<2000).map { "X-\($0): 1\r\n" }.joined() + "\r\n",
      "GET / HTTP/1.1\r\nHost: x\r\nX: " + String(repeating: "x", count: 200_000) + "\r\n\r\n",
      "GET /" + String(repeating: "x", count: 100_000) + " HTTP/1.1\r\nHost: x\r\n\r\n",
    ]
    for request in rows {
      let connection = try RawConnection(port: hub.port)
      connection.send(request)
      connection.finishSending()
      let answer = String(decoding: await connection.rest(), as: UTF8.self)
      #expect(
        answer.isEmpty || [400, 413, 414, 431].contains(Self.status(answer)), "\(request.prefix(100)): \(answer)")
      #expect(answer.components(separatedBy: "HTTP/1.1 ").count <= 2, "\(request.prefix(100))")
    }
    #expect(Self.status(try await Self.get("/" + String(repeating: "x", count: 9000), hub)) == 414)
    #expect(Self.status(try await Self.get("/health", hub)) == 200)
  }

  @Test func `slow clients are cut off, and others are served meanwhile`() async throws {
    let repositories = try TestRepositories()
    let hub = try await RunningHub(root: repositories.root) {
      $0.limits.idleSeconds = 1
      $0.limits.stallSeconds = 1
    }
    let idle = try RawConnection(port: hub.port)
    let dripping = try RawConnection(port: hub.port)
    dripping.send("GET /health HTTP/1.1\r\nX-A: ")
    let deaf = try RawConnection(port: hub.port)
    deaf.send("GET /acme/euler/resolve/main/weights.bin HTTP/1.1\r\nHost: x\r\n\r\n")
    #expect(Self.status(try await Self.get("/health", hub)) == 200)
    let drip = Task { for _ in 0..<200 where dripping.send("x") { try await Task.sleep(for: .milliseconds(50)) } }
    #expect(await idle.rest() == [])
    #expect(Self.status(String(decoding: await dripping.rest(), as: UTF8.self)) != 200)
    drip.cancel()
    _ = deaf
    #expect(Self.status(try await Self.get("/health", hub)) == 200)
  }

  @Test func `idle connections keep nobody else waiting`() async throws {
    let repositories = try TestRepositories()
    let hub = try await RunningHub(root: repositories.root)
    let idle = try (0..<60).map { _ in try RawConnection(port: hub.port) }
    #expect(Self.status(try await Self.get("/health", hub)) == 200)
    withExtendedLifetime(idle) {}
  }

  @Test func `more connections than allowed wait their turn`() async throws {
    let repositories = try TestRepositories()
    let hub = try await RunningHub(root: repositories.root) { $0.limits.connections = 2 }
    var held: [RawConnection] = []
    for _ in 0..<2 {
      let connection = try RawConnection(port: hub.port)
      connection.send("GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
      _ = await connection.read(atLeast: 100)
      held.append(connection)
    }
    let waiting = try RawConnection(port: hub.port)
    waiting.send("GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    held.removeAll()
    #expect(Self.status(String(decoding: await waiting.rest(), as: UTF8.self)) == 200)
  }
}

@Suite struct StopTests {
  @Test func `a stopping server finishes what it is sending`() async throws {
    let repositories = try TestRepositories()
    let hub = try await RunningHub(root: repositories.root)
    let connection = try RawConnection(port: hub.port)
    connection.send("GET /acme/euler/resolve/main/weights.bin HTTP/1.1\r\nHost: x\r\n\r\n")
    let first = await connection.read(atLeast: 1000)
    let stopping = Task { try await hub.stop() }
    try await Task.sleep(for: .milliseconds(100))
    let rest = await connection.rest()
    let all = first + rest
    try await stopping.value
    #expect(all.suffix(TestRepositories.weights.count).elementsEqual(TestRepositories.weights))
    #expect(throws: (any Error).self) { try RawConnection(port: hub.port) }
  }

  @Test func `a port in use is an error that names it`() async throws {
    let repositories = try TestRepositories()
    let hub = try await RunningHub(root: repositories.root)
    let error = await #expect(throws: HubError.self) {
      _ = try await RunningHub(root: repositories.root) { $0.port = hub.port }
    }
    #expect(error?.code == .system)
    #expect(error?.explanation.contains("127.0.0.1:\(hub.port)") == true)
  }
}
