import Foundation
import HubTestSupport
import TestSupport
import Testing

/// Everything that a hub is asked for, by the stock Python client of three generations.
///
/// The table in the documentation is what these tests found. They fail if it says something else; to write it anew:
///
///     CONFORMANCE=write swift test --filter ConformanceTests
@Suite struct ConformanceTests {
  /// What one version's run printed.
  struct Run: Decodable, Sendable {
    let version: String
    /// For each check its group, its name, and how it ended.
    let rows: [[String]]
  }

  static let versions = Layout.Python.allCases

  static let page = Layout.root.appending(path: "Sources/HubServer/HubServer.docc/Conformance.md")

  @Test func `three generations of the Python client do all that the table says`() async throws {
    var runs: [Run] = []
    for python in Self.versions {
      let run = try await Self.run(python)
      for row in run.rows { #expect(["pass", "absent"].contains(row[2]), "\(run.version): \(row)") }
      runs.append(run)
    }
    let table = Self.table(runs)
    if ProcessInfo.processInfo.environment["CONFORMANCE"] == "write" {
      try Data(table.utf8).write(to: Self.page)
    }
    let committed = String(decoding: try Data(contentsOf: Self.page), as: UTF8.self)
    #expect(
      Self.rows(of: committed) == Self.rows(of: table), "the table is out of date; see the test for how to write it")
  }

  static func run(_ python: Layout.Python) async throws -> Run {
    let repositories = try TestRepositories()
    let hub = try await RunningHub(root: repositories.root)
    let script = Layout.fixture("clients/conformance.py").path
    let run: Run = try await PythonClientTests.output(of: script, python, hub)
    #expect(!hub.log.text.contains("hf_"))
    try await expectSound(repositories)
    return run
  }

  /// What the clients left behind is what git takes for sound.
  static func expectSound(_ repositories: TestRepositories) async throws {
    let git = try #require(Layout.program("git"))
    let path = repositories.root + "/models/acme/conformance.git"
    let outcome = try await Program(git, ["-C", path, "fsck", "--strict", "--no-dangling"]).run()
    #expect(outcome.status == 0, "\(outcome.text)\(outcome.errorText)")
    #expect(try FileManager.default.subpathsOfDirectory(atPath: repositories.root + "/unfinished").isEmpty)
  }

  static func table(_ runs: [Run]) -> String {
    var text = """
      # What the Python client does here

      Each row is a call, or a group of calls, of `huggingface_hub` against this hub, and how it ended in each version.

      ## Overview

      The table is written by a test that drives the unmodified clients (`fixtures/clients/conformance.py`): `yes` is a
      check that passes; `-` a call that the version does not have. The newest version runs with `hf_xet` installed.
      To write it anew: `CONFORMANCE=write swift test --filter ConformanceTests`.

      """
    let versions = runs.map(\.version).joined(separator: " | ")
    var group = ""
    for (index, row) in (runs.first?.rows ?? []).enumerated() {
      if row[0] != group {
        group = row[0]
        text += "\n### \(group)\n\n| check | \(versions) |\n| --- |\(runs.map { _ in " --- |" }.joined())\n"
      }
      let ends = runs.map { run in
        switch run.rows.indices.contains(index) ? run.rows[index][2] : "" {
        case "pass": "yes"
        case "absent": "-"
        default: "no"
        }
      }
      text += "| \(row[1]) | \(ends.joined(separator: " | ")) |\n"
    }
    return text
  }

  /// The rows, without the heading's versions: a newer release alone makes no table wrong.
  static func rows(of page: String) -> [Substring] {
    page.split(separator: "\n").filter { $0.hasPrefix("|") && !$0.hasPrefix("| check |") }
  }
}
