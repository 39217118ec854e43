import Foundation
import Hub
import HubCache
import HubModel
import TestSupport
import Testing

/// No hub, or one that does not answer.
@Suite struct OfflineTests {
  static func harness() throws -> HubHarness { try HubHarness(FakeHub(["config.json": "{}", "a/b.txt": "b"])) }

  static let switches: [(HubError.OfflineMode, @Sendable (inout HubHarness, inout DownloadOptions) -> Void)] = [
    (.variable("HF_HUB_OFFLINE"), { harness, _ in harness.variables["HF_HUB_OFFLINE"] = "1" }),
    (.variable("TRANSFORMERS_OFFLINE"), { harness, _ in harness.variables["TRANSFORMERS_OFFLINE"] = "yes" }),
    (.argument, { harness, _ in harness.isOffline = true }),
    (.argument, { _, options in options.localFilesOnly = true }),
  ]

  @Test(arguments: switches.indices) func `offline nothing is asked`(row: Int) async throws {
    var (harness, options) = (try Self.harness(), DownloadOptions())
    let fetched = try await harness.download()
    let requests = harness.hub.server.requests.count
    Self.switches[row].1(&harness, &options)
    #expect(try await harness.download("config.json", options).path == fetched.path)
    do {
      try await harness.download("a/b.txt", options)
      Issue.record("a file that is not here was found")
    } catch let error as HubError {
      #expect(error.problem == .notCached(files: ["a/b.txt"], mode: Self.switches[row].0))
      #expect(error.hint?.contains("dhub download org/model a/b.txt") == true)
    }
    options.forceDownload = true
    await expect(.invalidArgument) { try await harness.download("config.json", options) }
    #expect(harness.hub.server.requests.count == requests)
  }

  @Test func `offline a question that only the hub can answer is an error`() async throws {
    var harness = try Self.harness()
    harness.isOffline = true
    await expect(.offline) { try await harness.client.info(of: RepositoryID("org/model")) }
    await expect(.offline) { try await harness.client.tree(of: RepositoryID("org/model")) }
    #expect(harness.hub.server.requests.isEmpty)
  }

  static let troubles: [Fault] = [
    .close, .reset, .junk(Array("hello\r\n".utf8)), .answer(Answer(500)), .answer(Answer(401)), .answer(Answer(403)),
    .answer(FakeHub.refusal(404, "RepoNotFound", "gone")), .answer(FakeHub.refusal(403, "GatedRepo", "gated")),
    .answer(Answer(200, text: "no headers")), .silent,
  ]

  @Test(arguments: troubles.indices) func `what is here is used, and the reason given`(row: Int) async throws {
    let harness = try Self.harness()
    let fetched = try await harness.download()
    let snapshot = try await harness.snapshot()
    harness.hub.server.inject(Self.troubles[row])
    let again = try await harness.download()
    #expect(again.path == fetched.path && again.staleness != nil)
    let same = try await harness.snapshot()
    #expect(same.path == snapshot.path && same.staleness != nil && same.fetched == 0)
  }

  @Test(arguments: ["RevisionNotFound", "EntryNotFound"]) func `a hub that says no is believed`(
    code: String
  ) async throws {
    let harness = try Self.harness()
    try await harness.download()
    harness.hub.server.inject(.answer(FakeHub.refusal(404, code, "no")))
    await expect(code == "EntryNotFound" ? .entryNotFound : .revisionNotFound) { try await harness.download() }
  }

  @Test func `a proxy that fails is not hidden`() async throws {
    let harness = try Self.harness()
    try await harness.download()
    let options = DownloadOptions(proxies: ["http": "http://127.0.0.1:1"])
    await expect(.network) { try await harness.download("config.json", options) }
  }

  @Test func `a damaged file is fetched again, or named offline`() async throws {
    let harness = try Self.harness()
    let file = try await harness.download()
    let blob = URL(filePath: file.path).resolvingSymlinksInPath()
    try Data("[]".utf8).write(to: blob)
    await expect(.cache) { try await harness.download("config.json", DownloadOptions(localFilesOnly: true)) }
    let again = try await harness.download()
    #expect(try harness.text(again) == "{}")
  }
}
