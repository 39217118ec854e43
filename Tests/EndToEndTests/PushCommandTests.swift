import Foundation
import HubTestSupport
import TestSupport
import Testing

/// `dhub upload`, `dhub scheduler push` and `dhub repo` against `dhub serve`, looked at with real git.
@Suite struct PushCommandTests {
  let root: TemporaryDirectory
  let hub: RunningHub
  let dhub: Dhub

  init() async throws {
    root = try TemporaryDirectory()
    hub = try await RunningHub(root: root.path)
    var dhub = try Dhub(endpoint: hub.endpoint.absoluteString)
    dhub.variables = ["HF_TOKEN": RunningHub.Tokens.writer]
    self.dhub = dhub
  }

  private func git(_ arguments: String...) async throws -> String {
    let outcome = try await Program("/usr/bin/git", ["-C", root.path + "/models/acme/new.git"] + arguments).run()
    #expect(outcome.status == 0, "\(outcome.errorText)")
    return outcome.text
  }

  @Test func `a scheduler is planned, pushed once, and loads again`() async throws {
    try dhub.home.write([UInt8](contentsOf: "sdxl"), to: "s/scheduler_config.json")
    let plan = try await dhub.run("scheduler", "push", "./s", "acme/new", "--plan")
    #expect(plan.status == 0 && plan.text.contains("add      scheduler_config.json"), "\(plan.errorText)")
    #expect(!FileManager.default.fileExists(atPath: root.path + "/models/acme/new.git"))

    let pushed = try await dhub.run("scheduler", "push", "./s", "acme/new", "--commit-message", "Begin")
    #expect(pushed.text.hasPrefix("\(hub.endpoint)/acme/new/commit/"), "\(pushed.errorText)")
    let commit = try #require(pushed.lastLine.split(separator: "/").last)
    #expect(try await git("log", "-1", "--format=%H %s", "main") == "\(commit) Begin\n")
    #expect(try await git("show", "main:README.md").contains("library_name: diffusers"))

    let again = try await dhub.run("scheduler", "push", "./s", "acme/new", "--json").object()
    #expect(again["outcome"] as? String == "unchanged" && again["commit"] as? String == String(commit))
    let shown = try await dhub.run("scheduler", "show", "acme/new", "--json")
    #expect(shown.status == 0 && shown.text.contains("EulerDiscreteScheduler"), "\(shown.errorText)")
    #expect(try await git("fsck", "--strict", "--no-dangling").isEmpty)
  }

  @Test func `a folder goes up with its large files in LFS, and its checkpoints as safetensors`() async throws {
    try dhub.home.write(Array("hello\n".utf8), to: "f/a.txt")
    let checkpoint = Array(try Data(contentsOf: Layout.fixture("checkpoints/legacy.bin")))
    try dhub.home.write(checkpoint, to: "f/unet/diffusion_pytorch_model.bin")
    let pushed = try await dhub.run("upload", "acme/new", "./f", "--safe-serialization", "--variant", "fp16")
    #expect(pushed.status == 0, "\(pushed.errorText)")
    let names = try await git("ls-tree", "-r", "--name-only", "main").split(separator: "\n")
    #expect(names == [".gitattributes", "a.txt", "unet/diffusion_pytorch_model.fp16.safetensors"])
    let fetched = try await dhub.run("download", "acme/new", "unet/diffusion_pytorch_model.fp16.safetensors")
    let expected = Array(try Data(contentsOf: Layout.fixture("checkpoints/legacy.safetensors")))
    #expect(Array(try Data(contentsOf: URL(filePath: fetched.lastLine))) == expected)
    let pointer = try await git("show", "main:unet/diffusion_pytorch_model.fp16.safetensors")
    #expect(pointer.hasPrefix("version https://git-lfs.github.com/spec/v1\n"))
  }

  @Test func `a checkpoint that wants to run something is refused, and nothing is pushed`() async throws {
    let checkpoint = Array(try Data(contentsOf: Layout.fixture("checkpoints/legacy-system.bin")))
    try dhub.home.write(checkpoint, to: "f/diffusion_pytorch_model.bin")
    let outcome = try await dhub.run("upload", "acme/new", "./f", "--safe-serialization")
    #expect(outcome.status == 10 && outcome.errorText.contains("system"), "\(outcome.errorText)")
    #expect(!FileManager.default.fileExists(atPath: root.path + "/models/acme/new.git"))
  }

  @Test func `a bare repository is pushed to without a hub`() async throws {
    try dhub.home.write(Array("hello\n".utf8), to: "a.txt")
    let bare = root.path + "/models/acme/new.git"
    #expect(try await Program("/usr/bin/git", ["init", "-q", "--bare", "-b", "main", bare]).run().status == 0)
    let pushed = try await dhub.run("upload", bare, "a.txt", "docs/a.txt", "--author", "Ada <ada@example.org>")
    #expect(pushed.status == 0, "\(pushed.errorText)")
    #expect(try await git("log", "-1", "--format=%an <%ae>", "main") == "Ada <ada@example.org>\n")
    #expect(try await git("show", "main:docs/a.txt") == "hello\n")
    #expect(try await git("fsck", "--strict", "--no-dangling").isEmpty)
  }

  @Test func `repositories, branches and tags come and go`() async throws {
    #expect(try await dhub.run("repo", "create", "acme/new").text == "\(hub.endpoint)/acme/new\n")
    #expect(try await dhub.run("repo", "create", "acme/new").status == 9)
    #expect(try await dhub.run("repo", "create", "acme/new", "--exist-ok").status == 0)
    #expect(try await dhub.run("repo", "branch", "create", "acme/new", "dev").status == 0)
    #expect(try await dhub.run("repo", "tag", "create", "acme/new", "v1", "-m", "first").status == 0)
    #expect(try await dhub.run("repo", "tag", "list", "acme/new").text.contains("v1"))
    #expect(try await dhub.run("repo", "branch", "delete", "acme/new", "dev").status == 0)
    #expect(try await git("for-each-ref", "--format=%(refname)") == "refs/heads/main\nrefs/tags/v1\n")
    #expect(try await dhub.run("repo", "settings", "acme/new").status == 64)
    #expect(try await dhub.run("repo", "settings", "acme/new", "--private", "--gated", "manual").status == 0)
    #expect(try await git("config", "hub.private") == "true\n")
    #expect(try await dhub.run("repo", "move", "acme/new", "acme/other").status == 0)
    #expect(try await dhub.run("repo", "delete", "acme/other").status == 64)
    #expect(try await dhub.run("repo", "delete", "acme/other", "--yes").status == 0)
    #expect(try await dhub.run("repo", "delete", "acme/other", "--yes").status == 3)
    #expect(try await dhub.run("repo", "delete", "acme/other", "--yes", "--missing-ok").status == 0)
  }

  @Test(arguments: ["upload", "scheduler push"]) func `a token comes on stdin`(command: String) async throws {
    try dhub.home.write(Array(#"{"_class_name": "DDIMScheduler"}"#.utf8), to: "f/scheduler_config.json")
    var stranger = dhub
    stranger.variables["HF_TOKEN"] = nil
    stranger.variables["TOKEN"] = RunningHub.Tokens.writer
    let words = command == "upload" ? "upload new ./f" : "scheduler push ./f acme/new"
    let pushed = try await stranger.shell("echo $TOKEN | dhub \(words) --token -")
    #expect(pushed.status == 0, "\(pushed.errorText)")
  }

  /// What a repository says about its large files does not give up the encryption that the user asked for.
  @Test func `large files do not go where nothing is encrypted`() async throws {
    try await dhub.home.makeCertificate("hub")
    let served = try TemporaryDirectory()
    let hub = try await ServedHub(
      root: served.path,
      ["--certificate", dhub.home.appending("hub.pem"), "--key", dhub.home.appending("hub.key"), "--token-file"]
        + [try RunningHub.writeTokens(served.path)])
    var dhub = dhub
    dhub.endpoint = hub.endpoint
    dhub.variables["SSL_CERT_FILE"] = dhub.home.appending("hub.pem")
    let store = try FaultServer { _ in Answer(200, text: #"{"objects": []}"#) }
    try dhub.home.write(Array("[lfs]\n\turl = \(store.endpoint)/lfs\n".utf8), to: "f/.lfsconfig")
    #expect(try await dhub.run("upload", "acme/new", "./f").status == 0)
    try dhub.home.write([1, 2, 3], to: "w.safetensors")
    let refused = try await dhub.run("upload", "acme/new", "w.safetensors", "--transport", "git")
    #expect(refused.status == 64 && refused.errorText.contains("unencrypted"), "\(refused.errorText)")
    #expect(store.requests.isEmpty)
  }

  @Test func `a token that may not write is told so, and changes nothing`() async throws {
    try dhub.home.write(Array("hello\n".utf8), to: "a.txt")
    var reader = dhub
    reader.variables["HF_TOKEN"] = RunningHub.Tokens.member
    for arguments in [["upload", "acme/new", "a.txt"], ["repo", "create", "acme/new"]] {
      let outcome = try await reader.run(arguments)
      #expect(outcome.status == 4 && outcome.errorText.contains("The hub says"), "\(outcome.errorText)")
      #expect(!outcome.errorText.contains(RunningHub.Tokens.member))
    }
    #expect(!FileManager.default.fileExists(atPath: root.path + "/models/acme/new.git"))
  }
}
