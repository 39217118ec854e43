import Foundation
import GitClient
import HubGit
import HubModel
import HubTransport
import TestSupport
import Testing

/// What a remote may say in place of yes, and what remains of it.
@Suite(.serialized, .timeLimit(.minutes(3)), .enabled(if: GitHost.isAvailable)) struct RefusalTests {
  let host: GitHost
  let client: GitClient
  let git: Git

  init() async throws {
    host = try await GitHost()
    client = try host.client()
    git = try Git()
  }

  private func commit(to remote: GitRemote, _ client: GitClient? = nil) async throws -> CommitID {
    let client = client ?? self.client
    return try await client.commit(
      try files(["file": "1"]), on: try await client.head(of: remote), message: "Begin", author: ada)
  }

  private func hook(_ name: String, _ script: String) throws {
    try Data("#!/bin/sh\n\(script)\n".utf8).write(to: URL(filePath: host.path("model") + "/hooks/\(name)"))
    chmod(host.path("model") + "/hooks/\(name)", 0o755)
  }

  @Test(arguments: RemoteKind.allCases, ["pre-receive", "update"])
  func `a hook refuses in its own words`(kind: RemoteKind, name: String) async throws {
    let remote = try await kind.make(on: host)
    try hook(name, "echo 'No scheduler without a card.' >&2; exit 1")
    let error = await #expect(throws: HubError.self) { try await commit(to: remote) }
    #expect(error?.code == .rejected)
    #expect(error?.context.serverMessage?.hasPrefix("No scheduler without a card.") == true)
    #expect(
      error?.description.contains("The remote refused the change to") == true
        && error?.description.contains("refs/heads/main: ") == true
        && error?.description.contains("hook declined") == true, "\(String(describing: error))")
    #expect(try await git(["for-each-ref"], in: host.path("model")) == "")
  }

  @Test func `hooks of a directory get what git gives them`() async throws {
    let remote = try await RemoteKind.directory.make(on: host)
    let log = host.directory.appending("hooks")
    // The first sees the commit in a quarantine; the repository itself does not have it yet.
    try hook(
      "pre-receive",
      """
      read old new ref; echo "pre-receive $old $ref $(git cat-file -t $new)" >>\(log)
      unset GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES GIT_QUARANTINE_PATH
      git cat-file -e $new 2>/dev/null || echo absent >>\(log)
      """)
    try hook("update", "echo \"update $1 $2 $(git cat-file -t $3)\" >>\(log)")
    try hook("post-receive", "read old new ref; echo \"post-receive $(git rev-parse $ref)\" >>\(log); exit 1")
    try hook("post-update", "echo \"post-update $1\" >>\(log)")
    let commit = try await commit(to: remote)
    let zeros = String(repeating: "0", count: 40)
    let lines = String(decoding: try host.directory.read("hooks"), as: UTF8.self)
    #expect(
      lines == """
        pre-receive \(zeros) refs/heads/main commit
        absent
        update refs/heads/main \(zeros) commit
        post-receive \(commit)
        post-update refs/heads/main

        """)
  }

  @Test func `a hook that only git can run is not passed over`() async throws {
    let remote = try await RemoteKind.directory.make(on: host)
    try hook("reference-transaction", "exit 0")
    await expect(.repository) { try await commit(to: remote) }
    #expect(try await git(["for-each-ref"], in: host.path("model")) == "")
  }

  @Test func `a server that does not take pushes`() async throws {
    let remote = try await RemoteKind.version2.make(on: host, ["http.receivepack": "false"])
    await expect(.forbidden) { try await commit(to: remote) }
  }

  @Test func `a rule of the server's own`() async throws {
    let remote = try await RemoteKind.version2.make(on: host, ["receive.hiderefs": "refs/heads/main"])
    let error = await #expect(throws: HubError.self) { try await commit(to: remote) }
    #expect(error?.code == .rejected)
    #expect(error?.description.contains("deny updating a hidden ref") == true)
  }

  @Test(arguments: ["https", "http"])
  func `a password that is wrong, or bound to another place`(scheme: String) async throws {
    let remote = try await RemoteKind.encrypted.make(on: host)
    var other = client
    let origin = try #require(
      scheme == "https" ? remote.origin : GitRemote(host.url("private", "model")).origin)
    // The right one, bound elsewhere, is not sent; the wrong one is, and is not accepted.
    other.token = try Token(scheme == "https" ? "hf_wrongPassword" : GitHost.password).bound(to: origin)
    await expect(.unauthorized) { try await other.head(of: remote) }
  }

  @Test func `what is not there, and what is no git server`() async throws {
    try host.directory.write("page".utf8, to: "www/page")
    let web = try FaultServer { _ in Answer(headers: ["Content-Type": "text/html"], text: "<html>hello</html>") }
    await expect(.repositoryNotFound) { try await client.head(of: GitRemote(host.url("v2", "nothing"))) }
    await expect(.repositoryNotFound) { try await client.head(of: GitRemote(host.path("nothing"))) }
    await expect(.protocolViolation) { try await client.head(of: GitRemote(web.endpoint + "/model")) }
    await expect(.offline) { try await GitClient().head(of: GitRemote(web.endpoint + "/model")) }
    let clone = host.directory.appending("work")
    try await git(["init", "--quiet", clone], in: host.directory.path)
    await expect(.repository) { try await client.head(of: GitRemote(clone + "/.git")) }
    let sha256 = host.path("sha256")
    try await git(["init", "--quiet", "--bare", "--object-format=sha256", sha256], in: host.directory.path)
    await expect(.repository) { try await client.head(of: GitRemote(host.url("v2", "sha256"))) }
  }

  @Test func `a repository that has moved to another path is found`() async throws {
    _ = try await RemoteKind.version2.make(on: host)
    let commit = try await commit(to: try GitRemote(host.url("moved", "model")))
    #expect(try await git(["rev-parse", "main"], in: host.path("model")) == commit.hex)
  }

  @Test(arguments: [
    ("fail", "GET", "refs"), ("fail", "POST", "git-upload-pack"), ("fail", "POST", "git-receive-pack"),
    ("lose", "POST", "git-receive-pack"),
  ])
  func `a server that is broken once`(fault: String, method: String, service: String) async throws {
    let remote = try await RemoteKind.version2.make(on: host)
    let first = try await commit(to: remote)
    try host.inject(fault, method, service)
    let second = try await client.commit(
      try files(["other": "2"]), on: try await client.head(of: remote), message: "Second", author: ada)
    #expect(try await git(["rev-list", "main"], in: host.path("model")) == "\(second)\n\(first)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: host.directory.appending("faults")).isEmpty)
    // A push whose answer was lost is not made again.
    let pushes = host.requests.filter { $0.method == "POST" && $0.target.hasSuffix("git-receive-pack") }
    #expect(pushes.count == (fault == "fail" && service == "git-receive-pack" ? 3 : 2))
  }

  @Test func `an answer that is lost while somebody goes on is no success and no failure`() async throws {
    let remote = try await RemoteKind.version2.make(on: host)
    _ = try await commit(to: remote)
    // Right behind our commit comes another one.
    try hook(
      "post-update",
      """
      tree=$(git rev-parse 'main^{tree}')
      export GIT_AUTHOR_NAME=x GIT_AUTHOR_EMAIL=x GIT_COMMITTER_NAME=x GIT_COMMITTER_EMAIL=x
      git update-ref refs/heads/main $(git commit-tree -p main -m Theirs $tree)
      """)
    let head = try await client.head(of: remote)
    try host.inject("lose", "POST", "git-receive-pack")
    await expect(.uncertain) { try await client.commit(try files(["x": "1"]), on: head, message: "x", author: ada) }
  }
}
