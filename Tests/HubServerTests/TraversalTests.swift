import Foundation
import HubGit
import HubModel
import HubServer
import HubTestSupport
import HubTransport
import TestSupport
import Testing

/// Names that lead, or seem to lead, out of where they belong: in every route, in every place of it, and in bodies.
@Suite struct TraversalTests {
  typealias Tokens = RunningHub.Tokens

  /// A route with a place, `*`, for the name, and how it is asked for.
  struct Place: Sendable, CustomTestStringConvertible {
    let method: String, path: String, body: String

    init(_ method: String, _ path: String, _ body: String = "") {
      (self.method, self.path, self.body) = (method, path, body)
    }

    var testDescription: String { "\(method) \(path)" }
  }

  static let oid = String(repeating: "0a", count: 32)

  /// Every route of the hub, once for each name in it.
  static let places = [
    Place("GET", "/*"), Place("GET", "/api/*"), Place("GET", "/api/models/*"), Place("GET", "/api/datasets/acme/*"),
    Place("POST", "/api/repos/*", "{}"), Place("GET", "/datasets/*"), Place("GET", "/api/models/*/euler/refs"),
    Place("GET", "/api/models/acme/euler/*"), Place("GET", "/api/models/acme/*/auth-check"),
    Place("GET", "/api/models/acme/euler/revision/*"), Place("GET", "/api/models/acme/euler/tree/*"),
    Place("GET", "/api/models/acme/euler/tree/main/*"), Place("GET", "/api/models/acme/euler/tree/*/README.md"),
    Place("POST", "/api/models/acme/euler/paths-info/*", "paths=README.md"),
    Place("GET", "/api/models/acme/*/refs"), Place("GET", "/api/models/acme/euler/commits/*"),
    Place("PUT", "/api/models/acme/*/settings", #"{"private": false}"#),
    Place("POST", "/api/models/acme/euler/preupload/*", #"{"files": []}"#),
    Place("POST", "/api/models/acme/euler/commit/*", #"{"key": "header", "value": {"summary": "s"}}"#),
    Place("POST", "/api/models/acme/euler/super-squash/*", #"{"message": "m"}"#),
    Place("POST", "/api/models/acme/euler/branch/*", "{}"), Place("DELETE", "/api/models/acme/euler/branch/*"),
    Place("POST", "/api/models/acme/euler/tag/*", #"{"tag": "t"}"#), Place("DELETE", "/api/models/acme/euler/tag/*"),
    Place("GET", "/api/models/acme/*/discussions"), Place("GET", "/api/models/acme/euler/discussions/*"),
    Place("POST", "/api/models/acme/euler/discussions/1/comment/*/edit", #"{"content": "x"}"#),
    Place("GET", "/api/models/acme/gated/user-access-request/*"), Place("POST", "/acme/*/ask-access"),
    Place("GET", "/api/models/acme/euler/scheduler-plan/*/scheduler/scheduler_config.json"),
    Place("GET", "/api/models/acme/euler/scheduler-plan/main/*"),
    Place("GET", "/acme/*.git/info/refs?service=git-upload-pack"),
    Place("GET", "/acme/*/info/refs?service=git-receive-pack"), Place("GET", "/acme/euler.git/*"),
    Place("POST", "/*/git-upload-pack", "0000"), Place("POST", "/acme/*/git-receive-pack", "0000"),
    Place("POST", "/acme/*.git/info/lfs/objects/batch", #"{"operation": "download", "objects": []}"#),
    Place("GET", "/acme/euler.git/info/lfs/objects/*"), Place("PUT", "/acme/euler.git/info/lfs/objects/*", "x"),
    Place("PUT", "/acme/euler.git/info/lfs/objects/\(oid)/parts/*", "x"),
    Place("POST", "/acme/*.git/info/lfs/objects/\(oid)/complete", "{}"),
    Place("POST", "/acme/*.git/info/lfs/objects/verify", "{}"), Place("GET", "/acme/*.git/info/lfs/locks"),
    Place("POST", "/acme/euler.git/info/lfs/locks/*/unlock", "{}"),
    Place("GET", "/acme/euler/resolve/*/README.md"), Place("GET", "/acme/euler/resolve/main/*"),
    Place("GET", "/acme/*/resolve/main/README.md"), Place("GET", "/*/resolve/main/README.md"),
    Place("GET", "/acme/euler/raw/*/README.md"), Place("GET", "/acme/euler/raw/main/*"),
  ]

  /// Names: climbing, absolute, of git's own folder, in codings that are taken off twice, cut or endless.
  static let names =
    [
      "..", "../..", "../../../secret.txt", "%2e%2e", "%2e%2e/secret.txt", "%2e%2e%2f%2e%2e%2fsecret.txt", "..%2f..",
      "..%5c..%5csecret.txt", "%5c%5chost%5cshare", "%252e%252e%252fsecret.txt", "%25252e%25252e", "....//secret.txt",
      "..;/secret.txt", "..%00/secret.txt", "README.md%00", "%00", "%", "%2", "%zz", "%ff",
      "%c0%ae%c0%ae%c0%afsecret.txt",
      "%e0%80%ae%e0%80%ae", "%ef%bc%8e%ef%bc%8e/secret.txt", "/etc/passwd", "%2fetc%2fpasswd", "C:%5cx",
      "file:%2f%2f%2fetc",
      ".git", ".GIT", ".git%20", ".git.", ".git%20.", "git~1", ".git::$INDEX_ALLOCATION", ".g%e2%80%8cit",
      ".git/config",
      "hooks/pre-receive", "objects/info", "secret.txt", "%0d%0aX-Evil:%201", "%0aX-Evil:%201", "%e2%80%ae",
      "README.md/",
      "README.md/.", "./README.md", "x.", ".", "-x", "@%7b-1%7d", "main@%7b1%7d", "main%5e%7b/x%7d", ":/x",
      "main..sdxl",
      "refs/hub/discussions/1", "refs%2fhub%2fdiscussions%2f1", "HEAD%5e", "x.lock", "~root", "$HOME", "`id`",
      "%24(id)",
    ] + [
      String(repeating: "a", count: 300), String(repeating: "a/", count: 70) + "a",
      String(repeating: "../", count: 900),
    ]

  @Test(arguments: places)
  func `no name in a route leads out`(place: Place) async throws {
    let repositories = try TestRepositories()
    try repositories.directory.write(Array("TOP-SECRET".utf8), to: "secret.txt")
    try repositories.directory.write(Array("TOP-SECRET".utf8), to: "models/secret.txt")
    let hub = try await RunningHub(root: repositories.root)
    let before = try Self.outside(repositories)
    for name in Self.names {
      let path = place.path.replacing("*", with: name)
      let type =
        place.path.contains("git-") ? "application/x-\(place.path.split(separator: "/").last ?? "")-request" : "*/*"
      let answer = try await RawConnection.exchange(
        port: hub.port,
        "\(place.method) \(path) HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer \(Tokens.writer)\r\n"
          + "Content-Type: \(type)\r\nContent-Length: \(place.body.utf8.count)\r\n\r\n\(place.body)")
      let status = AttackTests.status(answer) ?? 0
      #expect((200..<300).contains(status) || (400..<500).contains(status), "\(name): \(answer)")
      for word in ["TOP-SECRET", "root:", "[core]", "ref: refs/", "\nX-Evil"] {
        #expect(!answer.contains(word), "\(name): \(answer)")
      }
    }
    #expect(try Self.outside(repositories) == before)
    #expect(try repositories.open("models/acme/euler").head() == repositories.commits.last)
  }

  /// Every file but those that belong to the repository that is asked about, and those of git that may come and go.
  static func outside(_ repositories: TestRepositories) throws -> [String] {
    try repositories.directory.listing().filter {
      !$0.hasPrefix("models/acme/euler.git/") && !$0.hasPrefix("spool") && !$0.hasSuffix("access.guard")
    }
  }

  /// Names in the bodies of requests; `*` is the place.
  static let bodies = [
    Place("POST", "/api/repos/create", #"{"name": "*"}"#), Place("POST", "/api/repos/create", #"{"name": "acme/*"}"#),
    Place("POST", "/api/repos/create", #"{"name": "x", "organization": "*"}"#),
    Place("POST", "/api/repos/create", #"{"name": "x", "organization": "acme", "type": "*"}"#),
    Place("DELETE", "/api/repos/delete", #"{"name": "*", "organization": "acme"}"#),
    Place("POST", "/api/repos/move", #"{"fromRepo": "acme/euler", "toRepo": "acme/*", "type": "model"}"#),
    Place("POST", "/api/repos/move", #"{"fromRepo": "*", "toRepo": "acme/x", "type": "model"}"#),
    Place("POST", "/api/models/acme/euler/tag/main", #"{"tag": "*"}"#),
    Place("POST", "/api/models/acme/euler/branch/b", #"{"startingPoint": "*"}"#),
    Place("POST", "/acme/euler.git/info/lfs/locks", #"{"path": "*"}"#),
    Place("POST", "/api/models/acme/gated/user-access-request/grant", #"{"user": "*"}"#),
    Place("POST", "/api/models/acme/gated/user-access-request/handle", #"{"user": "*", "status": "accepted"}"#),
    Place(
      "POST", "/acme/euler.git/info/lfs/objects/batch",
      #"{"operation": "upload", "objects": [{"oid": "*", "size": 1}]}"#),
    Place("POST", "/acme/euler.git/info/lfs/objects/verify", #"{"oid": "*", "size": 1}"#),
  ]

  @Test(arguments: bodies)
  func `no name in a body leads out`(place: Place) async throws {
    let repositories = try TestRepositories()
    let hub = try await RunningHub(root: repositories.root)
    let before = try Self.outside(repositories)
    let client = Client(hub)
    for name in [
      "..", "../x", "../../x", "a/../x", "/etc/x", "x/../../../y", "..\\\\x", "x\\u0000y", ".git", "x.git", "x.GIT/y",
      ".git/x",
      "x/.git/y", "a\\nb", "\\u202ex", "refs/hub/x", "-x", "", " ", "x/y/z/../../../../w",
      String(repeating: "a", count: 5000),
    ] {
      let body = place.body.replacing("*", with: name)
      let method = HTTPMethod(rawValue: place.method) ?? .post
      let answer = try await client.send(method, place.path, token: Tokens.writer, body: .bytes(Array(body.utf8)))
      let isObject = place.path.hasSuffix("batch")
      // Some are a good name for a tag or a path.
      let isSafe = !name.contains("\\") && (try? RepositoryPath(name)) != nil  // absence: what is tested
      let isRight = isObject || isSafe ? answer.status < 500 : (400..<500).contains(answer.status)
      #expect(isRight, "\(body): \(answer.text)")
      if isObject { #expect(answer.text.contains(#""error""#) && !answer.text.contains("href")) }
    }
    #expect(try Self.outside(repositories) == before)
  }
}
