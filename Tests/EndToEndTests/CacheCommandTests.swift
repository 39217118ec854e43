import Foundation
import HubTestSupport
import TestSupport
import Testing

@Suite struct CacheCommandTests {
  /// dhub with the files of two repositories in its cache, and a hub that is gone.
  private func filled() async throws -> Dhub {
    let repositories = try TestRepositories()
    let hub = try await ServedHub(root: repositories.root)
    let dhub = try Dhub(endpoint: hub.endpoint)
    #expect(try await dhub.run("download", "acme/euler").status == 0)
    #expect(try await dhub.run("download", "datasets/acme/euler", "README.md").status == 0)
    return dhub
  }

  @Test func `the list has sizes, refs and schedulers`() async throws {
    let dhub = try await filled()
    let object = try await dhub.run("cache", "ls", "--json").object()
    let rows = try #require(object["repositories"] as? [[String: Any]])
    #expect(rows.map { $0["id"] as? String } == ["dataset/acme/euler", "model/acme/euler"])
    #expect((rows[1]["size"] as? Int ?? 0) > TestRepositories.weights.count && rows[1]["refs"] as? [String] == ["main"])
    let table = try await dhub.run("cache", "ls", "--sort", "size", "--limit", "1")
    #expect(table.text.contains("model/acme/euler") && table.text.contains("3.0M"), "\(table.text)")
    let found = try await dhub.run("cache", "ls", "--schedulers", "--class", "EulerDiscreteScheduler")
    #expect(found.text.contains("scheduler/scheduler_config.json"))
    #expect(
      try await dhub.run("cache", "ls", "--schedulers", "--class", "NoSuch").text == "There is no such scheduler.\n")
  }

  @Test func `an index that is rubbish changes nothing`() async throws {
    let dhub = try await filled()
    let before = try await dhub.run("cache", "ls").text
    let path = try #require(try await dhub.run("cache", "reindex", "--json").object()["path"] as? String)
    try Data("rubbish".utf8).write(to: URL(filePath: path))
    let listed = try await dhub.run("cache", "ls")
    #expect(listed.status == 0 && listed.text == before, "\(listed.errorText)")
  }

  @Test func `one wrong bit is found, named, and explained`() async throws {
    let dhub = try await filled()
    #expect(try await dhub.run("cache", "verify").status == 0)
    let file = ["acme/euler", "weights.bin"]
    let why = try await dhub.run(["cache", "why"] + file)
    #expect(why.status == 0 && why.text.hasPrefix("Found"))
    let blob = try #require(try dhub.home.listing().first { $0.hasSuffix("weights.bin") })
    let path = URL(filePath: dhub.home.appending(blob)).resolvingSymlinksInPath()
    var bytes = try [UInt8](Data(contentsOf: path))
    bytes[1_000_000] ^= 1
    try Data(bytes).write(to: path)
    let verified = try await dhub.run("cache", "verify", "acme/euler")
    #expect(verified.status == 6 && verified.text.contains("wrong: weights.bin"), "\(verified.text)")
    #expect(try await dhub.run(["cache", "why"] + file).status == 6)
  }

  @Test func `why tells the kinds of absence apart`() async throws {
    let dhub = try await filled()
    let rows: [(arguments: [String], verdict: String)] = [
      (["org/none", "f"], "no_repository"), (["acme/euler", "f", "--revision", "v9"], "unknown_revision"),
      (["acme/euler", "README.md"], "found"),
    ]
    for row in rows {
      let outcome = try await dhub.run(["cache", "why"] + row.arguments + ["--json"])
      #expect(try outcome.object()["verdict"] as? String == row.verdict)
      #expect(outcome.status == (row.verdict == "found" ? 0 : 3))
    }
  }

  @Test func `nothing is removed without a yes`() async throws {
    let dhub = try await filled()
    let before = try dhub.home.listing()
    let asked = try await dhub.run("cache", "rm", "model/acme/euler")
    #expect(asked.status == 64 && asked.errorText.contains("--yes"))
    #expect(try await dhub.run("cache", "rm", "model/acme/euler", "--dry-run").text.contains("would go"))
    #expect(try dhub.home.listing() == before)
    let removed = try await dhub.run("cache", "rm", "model/acme/euler", "-y", "--json")
    #expect(removed.status == 0, "\(removed.errorText)")
    #expect(try removed.object()["repos"] as? Int == 1)
    #expect(try !dhub.home.listing().contains { $0.hasPrefix("hub/models--acme--euler/") })
    #expect(try await dhub.run("cache", "rm", "model/acme/euler", "-y").status == 3)
    let rest = try await dhub.run("cache", "ls", "--json").object()["repositories"] as? [[String: Any]]
    #expect(rest?.count == 1)
  }

  @Test func `prune takes the rest of an interrupted download`() async throws {
    let dhub = try await filled()
    let name = "hub/models--acme--euler/blobs/" + String(repeating: "d", count: 40) + ".incomplete"
    try dhub.home.write([1, 2, 3], to: name)
    let pruned = try await dhub.run("cache", "prune", "-y")
    #expect(pruned.status == 0 && pruned.text == "Freed 3.0.\n", "\(pruned.errorText)")
    #expect(try await dhub.run("cache", "prune", "-y").text == "Nothing to remove.\n")
    #expect(try await dhub.run("cache", "verify").status == 0)
  }
}
