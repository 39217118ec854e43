import Foundation
import HubTestSupport
import TestSupport
import Testing

@Suite struct AuthCommandTests {
  let root: TemporaryDirectory
  let hub: RunningHub
  var dhub: Dhub

  init() async throws {
    root = try TemporaryDirectory()
    hub = try await RunningHub(root: root.path)
    dhub = try Dhub(endpoint: hub.endpoint.absoluteString)
  }

  private func login(_ token: String, _ more: [String] = []) async throws -> Program.Outcome {
    var program = dhub.program(["login"] + more)
    program.input = Array((token + "\n").utf8)
    defer { withExtendedLifetime(dhub) {} }
    return try await program.run()
  }

  @Test func `log in, look, switch, log out`() async throws {
    let first = try await login(RunningHub.Tokens.writer)
    #expect(first.status == 0 && first.text.hasPrefix("Logged in as "), "\(first.errorText)")
    let name = try await dhub.run("auth", "whoami", "--json").object()["token_name"] as? String
    #expect(try await login(RunningHub.Tokens.stranger).status == 0)
    let list = try await dhub.run("auth", "list")
    #expect(list.text.contains("hf_****0000") && !list.text.contains(RunningHub.Tokens.writer))
    #expect(try await dhub.run("auth", "switch", try #require(name)).status == 0)
    let who = try await dhub.run("auth", "whoami")
    #expect(who.text.contains("orgs: acme") && who.text.contains("endpoint: \(hub.endpoint)"))
    #expect(try await dhub.run("auth", "logout").text == "Logged out\n")
    let after = try await dhub.run("auth", "whoami")
    #expect(after.status == 4 && after.errorText.contains("dhub login"))
  }

  @Test func `a token that the hub does not know is not kept`() async throws {
    for more in [[], ["--token", "hf_bad0000000000000000000000000"]] {
      let outcome = try await login("hf_bad0000000000000000000000000", more)
      #expect(outcome.status == 4 && outcome.errorText.contains("did not accept"))
      #expect(!outcome.errorText.contains("hf_bad0000"))
    }
    #expect(try await dhub.run("auth", "list", "--json").text == "[]\n")
  }

  @Test(arguments: ["", "two words", "hf_x\u{7}"]) func `what is no token is a usage error`(token: String) async throws
  {
    #expect(try await login(token).status == 64)
  }

  @Test(.enabled(if: Layout.Python.hubNewest.interpreter != nil))
  func `Python is logged in too`() async throws {
    #expect(try await login(RunningHub.Tokens.writer).status == 0)
    let python = try #require(Layout.Python.hubNewest.interpreter)
    let script = "from huggingface_hub import whoami; print(whoami()['name'])"
    let outcome = try await Program(
      python, ["-c", script], environment: dhub.environment, directory: dhub.home.path
    ).run()
    let who = try await dhub.run("auth", "whoami", "--json").object()
    #expect(outcome.text == "\(who["user"] ?? "")\n", "\(outcome.errorText)")
  }
}
