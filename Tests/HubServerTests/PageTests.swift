import Foundation
import HubGit
import HubModel
import HubServer
import HubTestSupport
import HubTransport
import Testing

@Suite struct PageTests {
  /// Every page, by its links.
  static func pages<Value: Decodable>(_ first: String, _ client: Client, of type: Value.Type) async throws -> [[Value]]
  {
    var pages: [[Value]] = []
    var next: String? = first
    while let path = next, pages.count < 100 {
      let answer = try await client.get(path)
      #expect(answer.status == 200, "\(path)")
      pages.append(try answer.decoded(as: [Value].self))
      next = answer.headers["Link"].map { link in
        let url = link.dropFirst().prefix { $0 != ">" }
        #expect(url.hasPrefix(client.hub.endpoint.absoluteString) && link.hasSuffix("; rel=\"next\""))
        return String(url.dropFirst(client.hub.endpoint.absoluteString.count))
      }
    }
    return pages
  }

  @Test(arguments: [true, false], [1, 2, 3, 100])
  func `the pages of a tree make the whole`(recursive: Bool, limit: Int) async throws {
    let repositories = try TestRepositories()
    let client = Client(try await RunningHub(root: repositories.root))
    let all = [
      "README.md", "scheduler", "scheduler/scheduler_config.json", "unet", "unet/é.json", "weights.bin", "x y#1.txt",
    ].filter { recursive || !$0.contains("/") }
    let path = "/api/models/acme/euler/tree/main?recursive=\(recursive)&limit=\(limit)"
    let pages = try await Self.pages(path, client, of: TreeEntry.self)
    #expect(pages.flatMap { $0.map(\.path) } == all)
    #expect(pages.allSatisfy { $0.count <= limit })
    #expect(pages.count == (all.count + limit - 1) / limit)
  }

  @Test func `a push between two pages does not mix two trees`() async throws {
    let repositories = try TestRepositories()
    let client = Client(try await RunningHub(root: repositories.root))
    let first = try await client.get("/api/models/acme/euler/tree/main?recursive=True&limit=2")
    let link = try #require(first.headers["Link"])
    try repositories.open("models/acme/euler").commit(
      [try RepositoryPath("weights.bin"): .deleted, try RepositoryPath("a"): .file([])], message: "Change")
    let rest = link.dropFirst(1 + client.hub.endpoint.absoluteString.count).prefix { $0 != ">" }
    let pages = try await Self.pages(String(rest), client, of: TreeEntry.self)
    #expect(pages.flatMap { $0.map(\.path) }.contains("weights.bin"))
    #expect(first.headers["X-Repo-Commit"] == repositories.commits[4].hex)
  }

  @Test func `a tree says what each entry is`() async throws {
    let repositories = try TestRepositories()
    let client = Client(try await RunningHub(root: repositories.root))
    let entries = try await client.get("/api/models/acme/euler/tree/main?expand=True").decoded(as: [TreeEntry].self)
    let weights = try #require(entries.first { $0.path == "weights.bin" })
    #expect((weights.type, weights.size, weights.lfs?.size) == (.file, 3_000_000, 3_000_000))
    #expect(weights.lfs?.pointerSize == 132)
    #expect(weights.etag.map { $0.hex == weights.lfs?.oid } == true)
    #expect(weights.lastCommit?.title == "Add weights")
    #expect(weights.lastCommit?.date == "2023-11-14T22:13:22.000Z")
    let folder = try #require(entries.first { $0.path == "unet" })
    #expect((folder.type, folder.size, folder.lastCommit?.title) == (.directory, 0, "Add odd names"))
    let below = try await client.get("/api/models/acme/euler/tree/main/unet").decoded(as: [TreeEntry].self)
    #expect(below.map(\.path) == ["unet/é.json"])
  }

  @Test func `the pages of a history make the whole`() async throws {
    let repositories = try TestRepositories()
    let client = Client(try await RunningHub(root: repositories.root))
    let pages = try await Self.pages("/api/models/acme/euler/commits/main?limit=2", client, of: CommitListing.self)
    #expect(pages.map(\.count) == [2, 2, 1])
    #expect(pages.flatMap { $0.map(\.id) } == repositories.commits.reversed().map(\.hex))
    #expect(pages[1][1].message == "As in Stable Diffusion 1.5.")
    #expect(pages[1][1].authors.map(\.user) == ["Ada"])
  }

  @Test func `a cursor of elsewhere is refused`() async throws {
    let repositories = try TestRepositories()
    let client = Client(try await RunningHub(root: repositories.root))
    for cursor in ["README.md", "..%2Fx", "%2F", "a%00"] {
      let answer = try await client.get("/api/models/acme/euler/tree/main/unet?cursor=\(cursor)")
      #expect(answer.status == 400, "\(cursor)")
    }
  }

  @Test func `paths are described by form or JSON, and unknown ones left out`() async throws {
    let repositories = try TestRepositories()
    let client = Client(try await RunningHub(root: repositories.root))
    func paths(_ body: String, _ type: String) async throws -> (Int, [String]) {
      let answer = try await client.send(
        .post, "/api/models/acme/euler/paths-info/main", ["Content-Type": type], body: .bytes(Array(body.utf8)))
      let entries = answer.status == 200 ? try answer.decoded(as: [TreeEntry].self) : []
      return (answer.status, entries.map(\.path))
    }
    let form = "application/x-www-form-urlencoded"
    for (body, type, found) in [
      ("paths=weights.bin&paths=unet&paths=nothing&expand=False", form, ["weights.bin", "unet"]),
      ("paths=x+y%231.txt&paths=..%2F..&paths=", form, ["x y#1.txt"]), ("", form, []),
      (#"{"paths": ["unet/é.json", "/etc/passwd"], "expand": true}"#, "application/json", ["unet/é.json"]),
    ] {
      let (status, entries) = try await paths(body, type)
      #expect(status == 200 && entries == found, "\(body)")
    }
    #expect(try await paths("{", "application/json").0 == 400)
    #expect(try await paths((0...1000).map { "paths=\($0)" }.joined(separator: "&"), form).0 == 413)
    #expect(try await paths("paths=" + String(repeating: "x", count: 5 << 20), form).0 == 413)
    #expect(try await client.get("/api/models/acme/euler/paths-info/main").status == 405)
    #expect(try await client.send(.post, "/api/models/acme/euler").status == 405)
    #expect(try await client.send(.delete, "/acme/euler/resolve/main/README.md").headers["Allow"] == "GET, HEAD")
  }

  @Test func `refs are sorted by what they are`() async throws {
    let repositories = try TestRepositories()
    let client = Client(try await RunningHub(root: repositories.root))
    let plain = try await client.get("/api/models/acme/euler/refs")
    #expect(plain.text.contains(#""converts":[]"#))
    let refs = try plain.decoded(as: References.self)
    #expect(refs.branches.map(\.name) == ["main", "sdxl"] && refs.tags.map(\.ref) == ["refs/tags/v1"])
    #expect(refs.pullRequests == nil)
    let all = try await client.get("/api/models/acme/euler/refs?include_prs=1").decoded(as: References.self)
    #expect(all.pullRequests?.map(\.ref) == ["refs/pr/1"])
  }

  @Test func `a proxy's address stands in links`() async throws {
    let repositories = try TestRepositories()
    let hub = try await RunningHub(root: repositories.root) {
      $0.publicEndpoint = URL(string: "https://hub.example/base/")
    }
    let answer = try await Client(hub).get("/api/models/acme/euler/commits/main?limit=1")
    #expect(answer.headers["Link"]?.hasPrefix("<https://hub.example/base/api/models/acme/euler/commits/") == true)
    let forged = try await Client(try await RunningHub(root: repositories.root))
      .get("/api/models/acme/euler/commits/main?limit=1", ["Host": "x>; rel=\"next\", <http://evil"])
    #expect(forged.headers["Link"]?.contains("evil") == false)
  }
}
