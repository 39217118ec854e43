import Foundation
import HubModel
import HubTestSupport
import TestSupport
import Testing

@Suite struct RoundTripTests {
  @Test func `the demo comes out as it should and leaves nothing`() async throws {
    var dhub = try Dhub()
    dhub.variables["TMPDIR"] = dhub.home.path
    let outcome = try await dhub.run("demo")
    #expect(outcome.status == 0, "\(outcome.errorText)")
    for text in [
      "listening on http://127.0.0.1:", "add      scheduler/scheduler_config.json", "fetched", "in the cache",
      "EulerDiscreteScheduler",
    ] {
      #expect(outcome.text.contains(text))
    }
    #expect(try dhub.home.listing() == [])
    let object = try await dhub.run("demo", "--json").object()
    #expect(object["class"] as? String == "EulerDiscreteScheduler")
  }

  @Test func `what is served is downloaded, shown and found again offline`() async throws {
    let repositories = try TestRepositories()
    let hub = try await ServedHub(root: repositories.root)
    let dhub = try Dhub(endpoint: hub.endpoint)
    let file = try await dhub.run("download", "acme/euler", "scheduler/scheduler_config.json")
    #expect(file.status == 0 && file.errorText.isEmpty, "\(file.errorText)")
    #expect(try [UInt8](Data(contentsOf: URL(filePath: String(file.text.dropLast())))) == [UInt8](contentsOf: "sd15"))
    let show = ["scheduler", "show", "acme/euler", "--subfolder", "scheduler", "--json"]
    let online = try await dhub.run(show).object()
    hub.program.signal(SIGTERM)
    #expect(try await hub.program.ended() == 0)
    let offline = try await dhub.run(show + ["--offline"]).object()
    for key in ["class", "config", "defaults", "unused", "unknown"] {
      #expect(online[key] as? NSObject == offline[key] as? NSObject, "\(key)")
    }
    let source = try #require(offline["source"] as? [String: Any])
    #expect(source["origin"] as? String == "cache" && source["commit"] as? String == repositories.commits[4].hex)
  }

  @Test func `a snapshot prints its directory, and a folder gets the files themselves`() async throws {
    let repositories = try TestRepositories()
    let hub = try await ServedHub(root: repositories.root)
    let dhub = try Dhub(endpoint: hub.endpoint)
    let plan = try await dhub.run("download", "acme/euler", "--dry-run", "--json").object()
    #expect(plan["to_fetch"] as? Int ?? 0 > TestRepositories.weights.count)
    #expect(try dhub.home.listing().allSatisfy { !$0.hasSuffix("weights.bin") })
    let whole = try await dhub.run("download", "acme/euler", "--json").object()
    #expect(whole["files"] as? Int == 5 && whole["fetched"] as? Int == 5)
    let again = try await dhub.run("download", "hf://acme/euler@main", "--json").object()
    #expect(again["fetched"] as? Int == 0 && again["path"] as? String == whole["path"] as? String)
    let local = try await dhub.run("download", "acme/euler", "--include", "*.bin", "--local-dir", "here")
    #expect(local.status == 0 && local.lastLine.hasSuffix("here"), "\(local.errorText)")
    #expect(try dhub.home.read("here/weights.bin") == TestRepositories.weights)
    let tagged = try await dhub.run("download", "acme/euler", "scheduler/", "--revision", "v1", "--json").object()
    #expect(tagged["commit"] as? String == repositories.commits[1].hex && tagged["files"] as? Int == 1)
  }

  @Test func `private repositories need a token, which may come from stdin`() async throws {
    let repositories = try TestRepositories()
    let tokens = try RunningHub.writeTokens(repositories.root)
    let hub = try await ServedHub(root: repositories.root, ["--token-file", tokens])
    let dhub = try Dhub(endpoint: hub.endpoint)
    #expect(try await dhub.run("download", "acme/secret", "config.json").status == 3)
    var program = dhub.program(["download", "acme/secret", "config.json", "--token", "-"])
    program.input = Array((RunningHub.Tokens.member + "\n").utf8)
    #expect(try await program.run().status == 0)
    #expect(!hub.program.errorText.contains("hf_"))
  }

  @Test(arguments: Layout.Python.allCases)
  func `Python finds what dhub fetched, and dhub what Python fetched`(python: Layout.Python) async throws {
    let repositories = try TestRepositories()
    let hub = try await ServedHub(root: repositories.root)
    let dhub = try Dhub(endpoint: hub.endpoint)
    let script = """
      import sys
      from huggingface_hub import hf_hub_download
      print(hf_hub_download("acme/euler", sys.argv[1], local_files_only=sys.argv[2] == "local"))
      """
    let (ours, theirs) = ("scheduler/scheduler_config.json", "README.md")
    let fetched = try await dhub.run("download", "acme/euler", ours)
    let found = try await python.run(script, [ours, "local"], environment: dhub.environment)
    #expect(found == fetched.text)
    let path = try await python.run(script, [theirs, "online"], environment: dhub.environment)
    let offline = try await dhub.run("download", "acme/euler", theirs, "--offline")
    #expect(offline.text == path, "\(offline.errorText)")
    #expect(try await dhub.run("cache", "verify").status == 0)
  }
}
