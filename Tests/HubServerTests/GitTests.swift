import Foundation
import HubGit
import HubModel
import HubServer
import HubTestSupport
import HubTransport
import TestSupport
import Testing

/// The real git against the server.
@Suite struct GitTests {
  typealias Tokens = RunningHub.Tokens

  @Test(arguments: ["0", "1", "2"], ["acme/euler", "acme/euler.git"])
  func `git clones, pushes and fetches`(version: String, name: String) async throws {
    let repositories = try TestRepositories()
    let hub = try await RunningHub(root: repositories.root)
    let user = try await GitUser()
    try await user.git("config", "--global", "protocol.version", version)
    try await user.git("clone", "-q", hub.remote(name), "one")
    try await user.git("clone", "-q", hub.remote(name, nil), "two")
    #expect(try await user.git("rev-parse", "HEAD", in: "one") == repositories.commits[4].hex)
    try await user.commit("a.txt", "new", in: "one")
    let old = try await user.git("rev-parse", "HEAD~1", in: "one")
    let new = try await user.git("rev-parse", "HEAD", in: "one")
    #expect(old == repositories.commits[4].hex)
    let said = try await user.run(["push", "origin", "HEAD"], in: "one", input: [])
    #expect(said.status == 0 && said.errorText.contains("HEAD -> main"), "\(said.errorText)")
    try await user.git("pull", "-q", in: "two")
    #expect(try await user.git("rev-parse", "HEAD", in: "two") == new)
    #expect(try await Client(hub).get("/acme/euler/resolve/main/a.txt").text == "new")
    #expect(try await user.git("ls-remote", "origin", "refs/pr/*", in: "two").hasSuffix("refs/pr/1"))
    try await repositories.expectSound("models/acme/euler", user)
  }

  @Test func `clones may be shallow, partial, and of nothing`() async throws {
    let repositories = try TestRepositories()
    let hub = try await RunningHub(root: repositories.root)
    let user = try await GitUser()
    for version in ["0", "2"] {
      try await user.git("config", "--global", "protocol.version", version)
      try await user.git("clone", "-q", "--depth", "1", hub.remote("acme/euler", nil), "shallow\(version)")
      #expect(try await user.git("rev-list", "--count", "HEAD", in: "shallow\(version)") == "1")
      try await user.git("fetch", "-q", "--unshallow", in: "shallow\(version)")
      #expect(try await user.git("rev-list", "--count", "HEAD", in: "shallow\(version)") == "5")
      try await user.git("clone", "-q", "--filter=blob:none", hub.remote("acme/euler", nil), "partial\(version)")
      #expect(try await user.git("show", "HEAD~4:README.md", in: "partial\(version)") == "# Euler")
    }
    try await user.git("clone", "-q", hub.remote("acme/empty"), "empty")
    #expect(try await user.git("symbolic-ref", "HEAD", in: "empty") == "refs/heads/main")
    try await user.git("clone", "-q", hub.remote("datasets/acme/euler"), "dataset")
    #expect(try user.home.read("dataset/README.md") == Array("# datasets/acme/euler\n".utf8))
  }

  @Test func `branches and tags come and go, and history is not lost by accident`() async throws {
    let repositories = try TestRepositories()
    let hub = try await RunningHub(root: repositories.root)
    let user = try await GitUser()
    try await user.git("clone", "-q", hub.remote("acme/euler"), "one")
    try await user.git("tag", "-am", "Two", "v2", in: "one")
    try await user.git("push", "-q", "origin", "HEAD:new/branch", "v2", in: "one")
    let refs = try await user.git("ls-remote", "origin", in: "one")
    #expect(refs.contains("refs/heads/new/branch") && refs.contains("refs/tags/v2^{}"))
    try await user.git("push", "-q", "origin", ":new/branch", ":v2", in: "one")
    let rest = try await user.git("ls-remote", "origin", in: "one")
    #expect(!rest.contains("new/branch") && !rest.contains("v2"))
    try await user.git("commit", "-q", "--amend", "-m", "Another", in: "one")
    #expect(try await user.failure("push", "origin", "HEAD:main", in: "one").contains("non-fast-forward"))
    #expect(try await user.failure("push", "origin", ":main", in: "one").contains("deletion of the current branch"))
    try await user.git("push", "-q", "origin", "HEAD:refs/pr/1", "--force", in: "one")
    for (name, reason) in [
      ("refs/pr/7", "no such pull request"), ("refs/hub/x", "hidden ref"), ("refs/notes/x", "push to refs/heads"),
    ] {
      #expect(try await user.failure("push", "origin", "HEAD:\(name)", in: "one").contains(reason))
    }
    #expect(try await user.failure("push", "origin", ":refs/pr/1", in: "one").contains("close the pull request"))
    try await repositories.expectSound("models/acme/euler", user)
  }

  @Test func `a push is for those who may write, and a clone for those who may read`() async throws {
    let repositories = try TestRepositories()
    let client = Client(try await RunningHub(root: repositories.root))
    let rows: [(String, String, String?, Int)] = [
      ("acme/euler", "git-upload-pack", nil, 200), ("acme/euler", "git-receive-pack", nil, 401),
      ("acme/euler", "git-receive-pack", Tokens.member, 403), ("acme/euler", "git-receive-pack", Tokens.stranger, 403),
      ("acme/euler", "git-receive-pack", Tokens.writer, 200), ("acme/secret", "git-upload-pack", nil, 401),
      ("acme/secret", "git-upload-pack", Tokens.stranger, 404), ("acme/secret", "git-upload-pack", Tokens.member, 200),
      ("acme/secret", "git-receive-pack", Tokens.stranger, 404), ("acme/nothing", "git-upload-pack", nil, 401),
      ("acme/nothing", "git-upload-pack", Tokens.member, 404), ("acme/nothing", "git-receive-pack", Tokens.writer, 404),
      ("acme/gated", "git-upload-pack", nil, 401), ("acme/gated", "git-upload-pack", Tokens.stranger, 403),
      ("acme/disabled", "git-upload-pack", Tokens.member, 403), ("acme/euler", "git-upload-archive", nil, 403),
      ("acme/euler", "", nil, 403), ("legacy", "git-upload-pack", nil, 200),
      ("legacy", "git-receive-pack", Tokens.writer, 403), ("acme/euler", "git-upload-pack", "hf_wrong", 401),
    ]
    for (name, service, token, status) in rows {
      let answer = try await client.get("/\(name)/info/refs?service=\(service)", token: token)
      #expect(answer.status == status, "\(name) \(service) \(token ?? "-")")
      if status == 401 { #expect(answer.headers["WWW-Authenticate"]?.contains("Basic") == true) }
      if service == "git-upload-pack" || service == "git-receive-pack", status != 200 {
        let type: HTTPHeaders = ["Content-Type": "application/x-\(service)-request"]
        let post = try await client.send(
          .post, "/\(name)/\(service)", token: token, type, body: .bytes(Array("0000".utf8)))
        #expect(post.status == status, "POST \(name) \(service) \(token ?? "-")")
      }
    }
  }

  @Test func `what a repository's own hooks say counts`() async throws {
    let repositories = try TestRepositories()
    let hub = try await RunningHub(root: repositories.root)
    let user = try await GitUser()
    let hooks = "models/acme/euler.git/hooks/"
    let script = "#!/bin/sh\necho \"I am $0 for $REMOTE_USER\" >&2\n"
    for (name, end) in [("pre-receive", "cat >&2; exit 1\n"), ("post-receive", "")] {
      try repositories.directory.write(Array((script + end).utf8), to: hooks + name, mode: 0o755)
    }
    try await user.git("clone", "-q", hub.remote("acme/euler"), "one")
    try await user.commit("a.txt", "new", in: "one")
    let refusal = try await user.failure("push", "origin", "HEAD", in: "one")
    #expect(refusal.contains("I am hooks/pre-receive for bob") && refusal.contains("refs/heads/main"), "\(refusal)")
    try FileManager.default.removeItem(atPath: repositories.root + "/" + hooks + "pre-receive")
    let outcome = try await user.run(["push", "origin", "HEAD"], in: "one", input: [])
    #expect(outcome.status == 0 && outcome.errorText.contains("I am hooks/post-receive for bob"))
  }

  @Test func `sixteen push at once, and nothing is lost`() async throws {
    let repositories = try TestRepositories()
    let hub = try await RunningHub(root: repositories.root)
    let user = try await GitUser()
    for number in 0..<16 {
      try await user.git("clone", "-q", hub.remote("acme/empty"), "c\(number)")
      try await user.commit("f\(number)", "\(number)", in: "c\(number)")
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<16 {
        group.addTask {
          try await user.git("push", "-q", "origin", "HEAD:b\(number)", "HEAD:b\(number)x", in: "c\(number)")
        }
      }
      try await group.waitForAll()
    }
    let refs = try await user.git("ls-remote", hub.remote("acme/empty"))
    for number in 0..<16 {
      let commit = try await user.git("rev-parse", "HEAD", in: "c\(number)")
      #expect(refs.contains("\(commit)\trefs/heads/b\(number)\n") && refs.contains("\(commit)\trefs/heads/b\(number)x"))
    }
    try await repositories.expectSound("models/acme/empty", user)
  }

  @Test func `a hub without git says so`() async throws {
    let repositories = try TestRepositories()
    let hub = try await RunningHub(root: repositories.root) { $0.searchPath = "/nowhere" }
    let answer = try await Client(hub).get("/acme/euler/info/refs?service=git-upload-pack")
    #expect(answer.status == 501 && answer.text.contains("has no git"))
  }
}
