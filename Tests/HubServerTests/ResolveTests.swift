import Crypto
import Foundation
import HubGit
import HubModel
import HubTestSupport
import HubTransport
import TestSupport
import Testing

@Suite struct ResolveTests {
  static let config = "/acme/euler/resolve/main/scheduler/scheduler_config.json"
  static let weights = "/acme/euler/resolve/main/weights.bin"

  @Test func `HEAD announces what GET sends`() async throws {
    let repositories = try TestRepositories()
    let client = Client(try await RunningHub(root: repositories.root))
    let head = repositories.commits[4].hex
    let config = try TestRepositories.config("sd15")
    for (path, content) in [
      (Self.config, config), (Self.weights, TestRepositories.weights),
      ("/acme/euler/resolve/main/unet/%C3%A9.json", []),
      ("/acme/euler/resolve/main/x%20y%231.txt", Array("odd\n".utf8)),
      ("/acme/euler/resolve/refs/pr/1/scheduler/scheduler_config.json", config),
    ] {
      let (announced, sent) = (try await client.head(path), try await client.get(path))
      #expect(announced.status == 200 && sent.status == 200, "\(path)")
      #expect(sent.body == content)
      let commit = path.contains("/pr/") ? repositories.commits[2].hex : head
      for response in [announced, sent] {
        #expect(response.headers["Content-Length"] == "\(content.count)")
        #expect(response.headers["X-Repo-Commit"] == commit)
        #expect(response.headers["Accept-Ranges"] == "bytes")
        #expect(response.headers["X-Content-Type-Options"] == "nosniff")
        #expect(response.headers["X-Request-Id"] != nil)
      }
      #expect(announced.headers["ETag"] == sent.headers["ETag"])
    }
  }

  @Test func `HEAD on the wire has the true length and no body`() async throws {
    let repositories = try TestRepositories()
    let hub = try await RunningHub(root: repositories.root)
    for path in [Self.config, Self.weights, "/api/models/acme/euler", "/acme/euler/resolve/main/nothing"] {
      let request = "\(path) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
      let head = try await RawConnection.exchange(port: hub.port, "HEAD " + request)
      let get = try await RawConnection.exchange(port: hub.port, "GET " + request)
      #expect(head.hasSuffix("\r\n\r\n"))
      let lengths = [head, get].map { answer in
        answer.split(separator: "\r\n", maxSplits: 20).first { $0.lowercased().hasPrefix("content-length:") }
      }
      #expect(lengths[0] != nil && lengths[0] == lengths[1] && lengths[0] != "Content-Length: 0", "\(path)")
    }
  }

  @Test func `content is identified by git's hash or by that of the object`() async throws {
    let repositories = try TestRepositories()
    let client = Client(try await RunningHub(root: repositories.root))
    let config = try await client.head(Self.config)
    #expect(ETag(header: config.headers["ETag"] ?? "")?.hex.count == 40)
    #expect(config.headers["X-Linked-ETag"] == nil)
    let weights = try await client.head(Self.weights)
    #expect(ETag(header: weights.headers["ETag"] ?? "")?.hex.count == 64)
    #expect(weights.headers["X-Linked-ETag"] == weights.headers["ETag"])
    #expect(weights.headers["X-Linked-Size"] == "3000000")
    let raw = try await client.get("/acme/euler/raw/main/weights.bin")
    #expect(LFSPointer(bytes: raw.body)?.size == 3_000_000)
    #expect(ETag(header: raw.headers["ETag"] ?? "")?.hex.count == 40)
  }

  @Test func `nothing is sent that a browser would run`() async throws {
    let repositories = try TestRepositories()
    let page = "<script>alert(1)</script>"
    try repositories.open("models/legacy").commit(
      [try RepositoryPath("x.html"): .file(Array(page.utf8)), try RepositoryPath("x.svg"): .file(Array(page.utf8))],
      message: "x")
    let client = Client(try await RunningHub(root: repositories.root))
    for name in ["x.html", "x.svg"] {
      let answer = try await client.get("/legacy/resolve/main/\(name)")
      #expect(answer.headers["Content-Type"] == "text/plain; charset=utf-8")
      #expect(answer.headers["X-Content-Type-Options"] == "nosniff")
      #expect(answer.headers["Content-Security-Policy"]?.contains("sandbox") == true)
    }
    let saved = try await client.get("/acme/euler/resolve/main/x%20y%231.txt?download=true&unknown=1")
    #expect(saved.headers["Content-Disposition"] == "attachment; filename*=UTF-8''x%20y%231.txt")
  }

  @Test(arguments: [false, true])
  func `a large blob in git is sent whole and in part`(isPacked: Bool) async throws {
    let repositories = try TestRepositories()
    let content = TestRepositories.weights
    let repository = try repositories.open("models/legacy")
    try repository.commit([try RepositoryPath("large.txt"): .file(content)], message: "x")
    if isPacked { try await git(["gc"], in: repository.path) }
    let client = Client(try await RunningHub(root: repositories.root))
    let path = "/legacy/resolve/main/large.txt"
    #expect(try await client.get(path).body == content)
    let part = try await client.get(path, ["Range": "bytes=2000000-2999998"])
    #expect(part.status == 206 && part.body == Array(content[2_000_000...2_999_998]))
    #expect(try FileManager.default.contentsOfDirectory(atPath: repositories.root + "/spool") == [])
  }

  @Test func `an object that is not in the store is the server's failure, not the file's absence`() async throws {
    let repositories = try TestRepositories()
    let pointer = try #require(LFSPointer(oid: String(repeating: "ab", count: 32), size: 5))
    try repositories.open("models/legacy").commit([try RepositoryPath("w"): .pointer(pointer)], message: "x")
    let client = Client(try await RunningHub(root: repositories.root))
    for answer in [try await client.head("/legacy/resolve/main/w"), try await client.get("/legacy/resolve/main/w")] {
      #expect(answer.status == 500 && answer.headers["X-Error-Code"] == nil)
    }
    #expect(client.hub.log.text.contains(pointer.oid))
  }

  @Test func `what git-lfs pushes into a repository is served`() async throws {
    let repositories = try TestRepositories()
    let client = Client(try await RunningHub(root: repositories.root))
    let (work, bare) = (repositories.root + "/work", repositories.root + "/models/team/large.git")
    for (arguments, directory) in [
      (["init", "-q", "--bare", "-b", "main", bare], repositories.root),
      (["init", "-q", "-b", "main", work], repositories.root), (["lfs", "install", "--local"], work),
      (["lfs", "track", "*.bin"], work),
    ] { try await git(arguments, in: directory) }
    try Data(TestRepositories.weights).write(to: URL(filePath: work + "/w.bin"))
    for arguments in [["add", "-A"], ["commit", "-q", "-m", "Add"], ["push", "-q", "file://" + bare, "main"]] {
      try await git(arguments, in: work)
    }
    let answer = try await client.get("/team/large/resolve/main/w.bin")
    #expect(answer.body == TestRepositories.weights)
    #expect(answer.headers["X-Linked-Size"] == "3000000")
  }

  @Test func `readers see the file before a commit or after it, and nothing between`() async throws {
    let repositories = try TestRepositories()
    let client = Client(try await RunningHub(root: repositories.root))
    let path = try RepositoryPath("README.md")
    try await withThrowingTaskGroup { group in
      group.addTask {
        for number in 0..<40 {
          try await GitThreads.run {
            let text = String(repeating: "\(number)\n", count: number * 100)
            try repositories.open("models/acme/euler").commit([path: .file(Array(text.utf8))], message: "x")
          }
        }
      }
      for _ in 0..<8 {
        group.addTask {
          for _ in 0..<20 {
            let answer = try await client.get("/acme/euler/resolve/main/README.md")
            let hash = Insecure.SHA1.hash(data: Data("blob \(answer.body.count)\0".utf8) + answer.body)
            #expect(answer.status == 200)
            #expect(answer.headers["ETag"] == "\"\(hexadecimal(hash))\"")
          }
        }
      }
      try await group.waitForAll()
    }
  }

  @Test func `what git puts there is served at once`() async throws {
    let repositories = try TestRepositories()
    let client = Client(try await RunningHub(root: repositories.root))
    let path = "/team/new/resolve/main/a.txt"
    #expect(try await client.get(path).status == 401)
    let work = repositories.root + "/work"
    try await git(["init", "-q", "-b", "main", work], in: repositories.root)
    try Data("by git".utf8).write(to: URL(filePath: work + "/a.txt"))
    try await git(["add", "a.txt"], in: work)
    try await git(["commit", "-q", "-m", "Add"], in: work)
    try await git(["clone", "-q", "--bare", work, "models/team/new.git"], in: repositories.root)
    #expect(try await client.get(path).text == "by git")
  }

  private func git(_ arguments: [String], in directory: String) async throws {
    let environment = [
      "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", "PATH": "/usr/bin:/bin", "HOME": directory,
      "GIT_AUTHOR_NAME": "Bob", "GIT_AUTHOR_EMAIL": "b@x", "GIT_COMMITTER_NAME": "Bob", "GIT_COMMITTER_EMAIL": "b@x",
    ]
    let program = try #require(Layout.program("git"))
    let outcome = try await Program(program, arguments, environment: environment, directory: directory).run()
    try #require(outcome.status == 0, "\(outcome.errorText)")
  }
}
