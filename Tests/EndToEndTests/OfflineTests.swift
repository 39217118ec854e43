import HubTestSupport
import TestSupport
import Testing

@Suite struct OfflineTests {
  /// The calls for which a program needs a socket, as strace prints them.
  private func networkCalls(_ dhub: Dhub, _ arguments: [String]) async throws -> (Program.Outcome, [Substring]) {
    let strace = try #require(Layout.program("strace"), "strace is not installed: run 'make dependencies'")
    let log = dhub.home.appending("strace.log")
    let outcome = try await Program(
      strace, ["-f", "-qq", "-e", "trace=network", "-o", log, Dhub.path] + arguments, environment: dhub.environment,
      directory: dhub.home.path
    ).run()
    let text = String(decoding: try dhub.home.read("strace.log"), as: UTF8.self)
    return (outcome, text.split(separator: "\n").filter { $0.contains("(") })
  }

  #if os(Linux)
    @Test func `offline there is no socket, be the file here or not`() async throws {
      let repositories = try TestRepositories()
      let hub = try await ServedHub(root: repositories.root)
      var dhub = try Dhub(endpoint: hub.endpoint)
      #expect(try await dhub.run("download", "acme/euler", "scheduler/scheduler_config.json").status == 0)
      dhub.variables["HF_HUB_OFFLINE"] = "1"
      let rows: [(arguments: [String], status: Int)] = [
        (["scheduler", "show", "acme/euler", "--subfolder", "scheduler"], 0),
        (["scheduler", "plan", "acme/euler", "--subfolder", "scheduler", "--steps", "4"], 0),
        (["download", "acme/euler", "scheduler/scheduler_config.json"], 0),
        (["download", "acme/euler", "README.md"], 8), (["download", "acme/other"], 8), (["cache", "ls"], 0),
        (["cache", "verify"], 0),
      ]
      for row in rows {
        let (outcome, calls) = try await networkCalls(dhub, row.arguments)
        #expect(outcome.status == row.status, "\(row.arguments): \(outcome.errorText)")
        #expect(calls.isEmpty, "\(row.arguments): \(calls)")
      }
    }
  #endif

  @Test(arguments: [["--offline"], []])
  func `a miss says which file and which command would fetch it`(flag: [String]) async throws {
    var dhub = try Dhub()
    if flag.isEmpty { dhub.variables["HF_HUB_OFFLINE"] = "1" }
    let outcome = try await dhub.run(["download", "org/model", "f.json", "--revision", "v1"] + flag)
    #expect(outcome.status == 8)
    #expect(outcome.errorText.contains("'f.json' of 'org/model' at revision 'v1'"), "\(outcome.errorText)")
    #expect(outcome.errorText.contains("dhub download org/model f.json --revision v1"), "\(outcome.errorText)")
  }
}
