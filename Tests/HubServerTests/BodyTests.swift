import Foundation
import HubModel
import HubServer
import HubTestSupport
import HubTransport
import TestSupport
import Testing

/// Bodies without an end, and bodies that take for ever, wherever the hub reads one, and where it does not.
@Suite struct BodyTests {
  typealias Tokens = RunningHub.Tokens

  /// The method and the path of every request that has a body, and of some that have none; the type of its body.
  static let requests = [
    "POST /health", "POST /nothing", "GET /api/models", "GET /acme/euler/resolve/main/README.md", "PUT /api/whoami-v2",
    "POST /api/repos/create", "DELETE /api/repos/delete", "POST /api/repos/move", "POST /api/validate-yaml",
    "PUT /api/models/acme/euler/settings", "POST /api/models/acme/euler/paths-info/main",
    "POST /api/models/acme/euler/preupload/main", "POST /api/models/acme/euler/commit/main",
    "POST /api/models/acme/euler/commit/main?create_pr=1", "POST /api/models/acme/euler/super-squash/main",
    "POST /api/models/acme/euler/branch/new", "POST /api/models/acme/euler/tag/main",
    "POST /api/models/acme/euler/discussions", "POST /api/models/acme/euler/discussions/1/comment",
    "POST /api/models/acme/euler/discussions/1/merge", "POST /acme/gated/ask-access",
    "POST /api/models/acme/gated/user-access-request/handle", "POST /api/models/acme/gated/user-access-request/grant",
    "POST /acme/euler.git/git-upload-pack", "POST /acme/euler.git/git-receive-pack",
    "POST /acme/euler.git/info/lfs/objects/batch", "POST /acme/euler.git/info/lfs/objects/verify",
    "POST /acme/euler.git/info/lfs/locks", "POST /acme/euler.git/info/lfs/locks/verify",
    "POST /acme/euler.git/info/lfs/locks/x/unlock", "PUT *",
  ]

  /// The head of a request up to what says how long the body is; a star is an upload that the hub has granted.
  static func head(_ request: String, _ client: Client) async throws -> String {
    var request = request
    if request.contains("*") {
      let question = #"{"operation": "upload", "objects": [{"oid": "\#(TraversalTests.oid)", "size": 100000}]}"#
      let answer = try await client.send(
        .post, "/acme/euler.git/info/lfs/objects/batch", token: Tokens.writer, body: .bytes(Array(question.utf8)))
      let href = answer.text.split(separator: "\"").first { $0.contains("signature=") }?.replacing("\\/", with: "/")
      let start = client.hub.endpoint.absoluteString
      request.replace("*", with: try #require(href?.dropFirst(start.count), "\(answer.text)"))
    }
    let service = request.split(separator: "/").last.map(String.init) ?? ""
    let type = service.hasPrefix("git-") ? "application/x-\(service)-request" : "application/json"
    return "\(request) HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(Tokens.writer)\r\nContent-Type: \(type)\r\n"
  }

  @Test(arguments: requests)
  func `a body without an end is cut off`(request: String) async throws {
    let repositories = try TestRepositories()
    let hub = try await RunningHub(root: repositories.root) {
      ($0.limits.body, $0.limits.push, $0.limits.commit) = (1 << 20, 1 << 20, 2 << 20)
    }
    let head = try await Self.head(request, Client(hub))
    let connection = try RawConnection(port: hub.port, patience: 120)
    connection.send(head + "Transfer-Encoding: chunked\r\n\r\n")
    // On a thread of its own: a send waits for the server, which needs Swift's few threads.
    Thread.detachNewThread {
      let piece = "20000\r\n" + String(repeating: " ", count: 131_072) + "\r\n"
      while connection.send(piece) { usleep(5_000) }
    }
    let answer = String(decoding: await connection.rest(), as: UTF8.self)
    #expect([200, 400, 404, 405, 413, 422].contains(AttackTests.status(answer)), "\(answer)")
    #expect(answer.contains("Connection: close"), "\(answer)")
    #expect(
      try repositories.directory.listing().allSatisfy { !$0.hasPrefix("spool/") && !$0.hasPrefix("lfs/incoming/") })
    #expect(AttackTests.status(try await AttackTests.get("/health", hub)) == 200)
  }

  @Test(arguments: requests)
  func `a body that says it is too long is not read`(request: String) async throws {
    let repositories = try TestRepositories()
    let hub = try await RunningHub(root: repositories.root)
    let connection = try RawConnection(port: hub.port)
    connection.send(try await Self.head(request, Client(hub)) + "Content-Length: 999999999999\r\n\r\n{")
    let answer = String(decoding: await connection.rest(), as: UTF8.self)
    // A body that is read piece by piece is refused by its length alone; one that nobody reads does not matter.
    #expect([200, 400, 404, 405, 413, 422].contains(AttackTests.status(answer)), "\(answer)")
    #expect(answer.contains("Connection: close"), "\(answer)")
  }

  @Test func `a body that takes for ever is cut off, and others are served meanwhile`() async throws {
    let repositories = try TestRepositories()
    let hub = try await RunningHub(root: repositories.root) { $0.limits.stallSeconds = 1 }
    let client = Client(hub)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for request in Self.requests {
        let head = try await Self.head(request, client)
        group.addTask {
          let connection = try RawConnection(port: hub.port, patience: 60)
          connection.send(head + "Content-Length: 90000\r\n\r\n")
          Thread.detachNewThread { while connection.send(" ") { usleep(50_000) } }
          let answer = String(decoding: await connection.rest(), as: UTF8.self)
          let answers = request.contains("discussions/") || request.contains("ask-access") ? [200] : []
          #expect(!answers.contains(AttackTests.status(answer) ?? 0), "\(request): \(answer)")
        }
      }
      for _ in 0..<20 { #expect(try await client.get("/acme/euler/resolve/main/README.md").status == 200) }
      try await group.waitForAll()
    }
    #expect(
      try repositories.directory.listing().allSatisfy { !$0.hasPrefix("spool/") && !$0.hasPrefix("lfs/incoming/") })
  }
}
