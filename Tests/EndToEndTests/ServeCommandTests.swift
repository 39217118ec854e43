import Foundation
import HubGit
import HubModel
import HubTestSupport
import TestSupport
import Testing

/// What the operator of a hub does on the command line.
@Suite struct ServeCommandTests {
  @Test func `users, organisations and tokens come and go`() async throws {
    let (dhub, folder) = (try Dhub(), try TemporaryDirectory())
    func serve(_ arguments: String...) async throws -> Program.Outcome {
      try await dhub.run(["serve"] + arguments + ["--root", folder.path])
    }
    #expect(try await serve("user", "list").text == "No user yet.\n")
    #expect(
      try await serve("user", "add", "ada", "--fullname", "Ada L.", "--email", "ada@localhost").text
        == "ada is added.\n")
    #expect(try await serve("org", "add", "team").status == 0)
    #expect(try await serve("org", "member", "team", "ada", "--role", "write").text.contains("role write in team"))
    let users = try await serve("user", "list", "--json").object()["users"] as? [[String: Any]]
    #expect(users?.first?["name"] as? String == "ada" && users?.first?["fullname"] as? String == "Ada L.")
    #expect((users?.first?["organizations"] as? [String: String]) == ["team": "write"])
    #expect(try await serve("org", "list").text.contains("ada (write)"))
    let token = try await serve(
      "token", "create", "laptop", "--user", "ada", "--role", "write", "--only", "team/model", "--days", "3")
    #expect(
      token.status == 0 && token.text.hasPrefix("hf_") && token.text.split(separator: "\n").count == 1, "\(token.text)")
    #expect(token.errorText.contains("not shown again"))
    let list = try await serve("token", "list")
    #expect(list.text.contains("laptop") && list.text.contains("team/model") && list.text.contains("until "))
    #expect(!list.text.contains(token.lastLine))
    let stored = try folder.listing().filter { $0.hasPrefix("accounts.sqlite") }
    for file in stored { #expect(!(try folder.read(file)).contains(bytes: Array(token.lastLine.utf8)), "\(file)") }
    #expect(
      try await serve("token", "revoke", "laptop", "--user", "ada").text == "The token 'laptop' of ada is revoked.\n")
    #expect(try await serve("token", "list").text.contains("revoked"))
    #expect(try await serve("org", "member", "team", "ada", "--remove").text.contains("no member of team"))
    #expect(try await serve("user", "remove", "ada").text == "ada is removed.\n")
    #expect(try await serve("org", "remove", "team").status == 0)
    #expect(try await serve("user", "list").text == "No user yet.\n")
  }

  /// What an operator may get wrong, the status, and what the message names.
  static let mistakes: [([String], Int, String)] = [
    (["user", "add", "../x"], 64, "../x"), (["user", "add", "a/b"], 64, "a/b"), (["user", "add", ""], 64, "1 to 96"),
    (["user", "add", "x.git"], 64, "x.git"), (["user", "add", "ada"], 9, "ada"), (["user", "add", "ADA"], 9, "ADA"),
    (["org", "add", "ada"], 9, "ada"), (["user", "remove", "nobody"], 64, "nobody"),
    (["org", "member", "none", "ada", "--role", "read"], 64, "none"),
    (["org", "member", "team", "bob", "--role", "read"], 64, "bob"),
    (["org", "member", "team", "ada"], 64, "--role"), (["org", "member", "team", "ada", "--role", "king"], 64, "king"),
    (["token", "create", "t", "--user", "nobody"], 64, "nobody"),
    (["token", "create", "t", "--user", "ada", "--role", "admin"], 64, "admin"),
    (["token", "create", "t", "--user", "ada", "--only", "../x"], 64, "../x"),
    (["token", "create", "t", "--user", "ada", "--days", "0"], 64, "--days"),
    (["token", "revoke", "none", "--user", "ada"], 64, "none"),
  ]

  @Test func `a mistake says what it was, and changes nothing`() async throws {
    let (dhub, folder) = (try Dhub(), try TemporaryDirectory())
    for words in [["user", "add", "ada"], ["org", "add", "team"]] {
      #expect(try await dhub.run(["serve"] + words + ["--root", folder.path]).status == 0)
    }
    for (words, status, name) in Self.mistakes {
      let outcome = try await dhub.run(["serve"] + words + ["--root", folder.path])
      #expect(outcome.status == status, "\(words): \(outcome.status) \(outcome.errorText)")
      #expect(
        outcome.errorText.hasPrefix("error: ") && outcome.errorText.contains(name), "\(words): \(outcome.errorText)")
      #expect(outcome.output.isEmpty)
    }
    #expect(try await dhub.run("serve", "user", "list", "--root", folder.path, "--json").text.contains("ada"))
    let missing = try await dhub.run("serve", "user", "add", "ada", "--root", folder.appending("none"))
    #expect(missing.status == 64 && missing.errorText.contains("mkdir -p"))
    #expect(!FileManager.default.fileExists(atPath: folder.appending("none")))
  }

  /// Options of the server that are refused before anything is served.
  static let refusals: [([String], String)] = [
    (["--host", "0.0.0.0"], "--insecure-http"), (["--certificate", "x.pem"], "--key"),
    (["--certificate", "none.pem", "--key", "none.key"], "none.pem"), (["--port", "70000"], "--port"),
    (["--endpoint", "ftp://x"], "--endpoint"), (["--max-requests", "0"], "--max-requests"),
    (["--rate-limit", "-1"], "--rate-limit"),
    (["--token-file", "none.json"], "none.json"),
  ]

  @Test(arguments: refusals)
  func `a server that could do harm does not start`(options: [String], name: String) async throws {
    let folder = try TemporaryDirectory()
    let outcome = try await Dhub().run(["serve", "--root", folder.path, "--port", "0"] + options)
    #expect(outcome.status == 64 && outcome.output.isEmpty, "\(outcome.status) \(outcome.errorText)")
    #expect(outcome.errorText.contains(name), "\(outcome.errorText)")
  }

  @Test func `a hub is made, filled and read by its commands alone`() async throws {
    let folder = try TemporaryDirectory()
    let operating = try Dhub()
    for words in [
      ["user", "add", "ada"], ["org", "add", "team"], ["org", "member", "team", "ada", "--role", "admin"],
    ] {
      #expect(try await operating.run(["serve"] + words + ["--root", folder.path]).status == 0)
    }
    let hub = try await ServedHub(root: folder.path)
    // Made while the hub runs.
    let arguments = ["serve", "token", "create", "t", "--user", "ada", "--role", "write", "--root", folder.path]
    let token = try await operating.run(arguments).lastLine
    var dhub = try Dhub(endpoint: hub.endpoint)
    dhub.variables["HF_TOKEN"] = token
    #expect(try await dhub.run("auth", "whoami").text.contains("ada"))
    #expect(try await dhub.run("repo", "create", "team/model", "--private").status == 0)
    try dhub.home.write(try [UInt8](contentsOf: "sdxl"), to: "up/scheduler_config.json")
    let upload = try await dhub.run("upload", "team/model", "up", "scheduler")
    #expect(upload.status == 0, "\(upload.errorText)")
    #expect(
      try await dhub.run("scheduler", "show", "team/model", "--subfolder", "scheduler").text.contains(
        "EulerDiscreteScheduler"))
    #expect(try await Dhub(endpoint: hub.endpoint).run("download", "team/model").status == 3)
    let check = try await operating.run("serve", "fsck", "--root", folder.path)
    #expect(check.status == 0 && check.text.contains("all right"), "\(check.text)")
    #expect(
      try await operating.run("serve", "token", "revoke", "t", "--user", "ada", "--root", folder.path).status == 0)
    #expect(try await dhub.run("auth", "whoami").status == 4)
    #expect(!hub.program.errorText.contains(token))
  }

  @Test func `SIGTERM lets a hub finish, and its port is free again`() async throws {
    let repositories = try TestRepositories()
    let hub = try await ServedHub(root: repositories.root)
    hub.program.signal(SIGTERM)
    #expect(try await hub.program.ended() == 0)
    let port = try #require(hub.endpoint.split(separator: ":").last)
    let again = try await ServedHub(root: repositories.root, ["--port", String(port)])
    #expect(again.endpoint == hub.endpoint)
  }
}

extension [UInt8] {
  fileprivate func contains(bytes: [UInt8]) -> Bool { Data(self).range(of: Data(bytes)) != nil }
}
