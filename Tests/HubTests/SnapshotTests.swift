import Foundation
import Hub
import HubCache
import HubModel
import TestSupport
import Testing

/// All files of a commit.
@Suite struct SnapshotTests {
  static let files = [
    "README.md": "# hello", "scheduler/scheduler_config.json": "{}", "unet/config.json": "{\"a\": 1}",
    "w.bin": "weights",
  ]

  static func harness() throws -> HubHarness { try HubHarness(FakeHub(files, lfs: ["w.bin"])) }

  @Test func `one question, one listing, no HEAD`() async throws {
    let harness = try Self.harness()
    let snapshot = try await harness.snapshot()
    #expect(snapshot.fetched == 4 && snapshot.files.map(\.text) == Self.files.keys.sorted())
    for (path, text) in Self.files {
      #expect(try String(contentsOfFile: snapshot.path + "/" + path, encoding: .utf8) == text)
    }
    #expect(harness.hub.count("HEAD") == 0 && harness.hub.count("GET", "/resolve/") == 4)
    #expect(harness.hub.count("GET", "/tree/") == 1)
    let again = try await harness.snapshot()
    #expect(again.fetched == 0 && harness.hub.server.requests.count == 7, "one question, whether the branch has moved")
  }

  @Test func `a commit that is here costs no request`() async throws {
    let harness = try Self.harness()
    try await harness.snapshot(revision: harness.hub.contents.commit)
    let requests = harness.hub.server.requests.count
    try await harness.snapshot(revision: harness.hub.contents.commit)
    #expect(harness.hub.server.requests.count == requests)
  }

  @Test func `patterns select`() async throws {
    let harness = try Self.harness()
    let snapshot = try await harness.snapshot(FileSelection(include: ["*.json"], exclude: ["unet/*"]))
    #expect(snapshot.files.map(\.text) == ["scheduler/scheduler_config.json"])
    #expect(snapshot.fetched == 1)
  }

  @Test func `offline every missing file is named`() async throws {
    let harness = try Self.harness()
    try await harness.snapshot(FileSelection(include: ["README.md"]))
    let options = DownloadOptions(localFilesOnly: true)
    #expect(try await harness.snapshot(FileSelection(include: ["README.md"]), options).fetched == 0)
    do {
      try await harness.snapshot(FileSelection(exclude: ["w.bin"]), options)
      Issue.record("an incomplete snapshot was returned")
    } catch let error as HubError {
      let missing = ["scheduler/scheduler_config.json", "unet/config.json"]
      #expect(error.problem == .notCached(files: missing, mode: .argument))
    }
  }

  @Test func `a plan says what would be fetched`() async throws {
    let harness = try Self.harness()
    try await harness.download("README.md")
    let plan = try await harness.client.snapshotPlan(of: RepositoryID("org/model"))
    #expect(plan.map(\.missingBytes) == [0, 2, 8, 7])
    #expect(harness.hub.count("GET", "/resolve/") == 1)
  }

  static let hostile = [
    "../x", "a/../../x", "/etc/x", "C:x", "..\\x", ".git/config", "a/.GIT/hooks/x", ".cache/huggingface/x", "a\nb",
    "a//b",
    "", ".", "\u{202E}x", String(repeating: "x", count: 300),
  ]

  @Test(arguments: hostile) func `a listing with a hostile name fetches nothing`(name: String) async throws {
    let harness = try Self.harness()
    var entries = FakeHub.tree(harness.hub.contents)
    entries.append(TreeEntry(type: .file, oid: String(repeating: "0", count: 40), size: 1, path: name))
    harness.hub.server.inject(.answer(FakeHub.json(entries))) { $0.target.contains("/tree/") }
    await expect(.unsafePath) { try await harness.snapshot() }
    #expect(try harness.blobs() == [] && harness.hub.count("GET", "/resolve/") == 0)
  }

  @Test func `a file that is a directory too is refused`() async throws {
    let harness = try HubHarness(FakeHub(["a": "1", "a/b": "2"]))
    await expect(.unsafePath) { try await harness.snapshot() }
  }

  @Test func `an empty listing of a commit with files is not believed`() async throws {
    let harness = try Self.harness()
    harness.hub.server.inject(.answer(Answer(200, text: "[]")), times: 1) { $0.target.contains("/tree/") }
    await expect(.protocolViolation) { try await harness.snapshot() }
    #expect(try await harness.snapshot().fetched == 4)
  }

  static let junk = ["", "null", "{}", "[{\"type\": 3}]", "<html>", "[", String(repeating: "[", count: 100_000)]

  @Test(arguments: junk.indices) func `an answer that is no listing is an error`(row: Int) async throws {
    let harness = try Self.harness()
    harness.hub.server.inject(.answer(Answer(200, text: Self.junk[row]))) { $0.target.contains("/tree/") }
    await expect(.protocolViolation) { try await harness.snapshot() }
    harness.hub.server.heal()
    #expect(try await harness.snapshot().fetched == 4)
  }

  @Test func `pages are followed on the same host alone, and not for ever`() async throws {
    let harness = try Self.harness()
    let entries = FakeHub.tree(harness.hub.contents)
    func page(_ entries: ArraySlice<TreeEntry>, next: String) -> Fault {
      var answer = FakeHub.json(Array(entries))
      answer.headers.append(("Link", "<\(next)>; rel=\"next\""))
      return .answer(answer)
    }
    let here = harness.hub.server.endpoint + "/api/models/org/model/tree/main?cursor=2"
    harness.hub.server.inject(page(entries[..<2], next: here), times: 1) { $0.target.contains("recursive") }
    harness.hub.server.inject(.answer(FakeHub.json(Array(entries[2...]))), times: 1) { $0.target.contains("cursor=2") }
    #expect(try await harness.snapshot().fetched == 4)

    let other = try Self.harness()
    let elsewhere = try FaultServer { _ in Answer(200, text: "[]") }
    other.hub.server.inject(page(entries[..<2], next: elsewhere.endpoint + "/x")) { $0.target.contains("/tree/") }
    await expect(.protocolViolation) { try await other.snapshot() }
    #expect(elsewhere.requests.isEmpty)

    let endless = try Self.harness()
    let loop = endless.hub.server.endpoint + "/api/models/org/model/tree/main?cursor=2"
    endless.hub.server.inject(page(entries[..<1], next: loop)) { $0.target.contains("/tree/") }
    await expect(.protocolViolation) { try await endless.snapshot() }
  }

  @Test func `a file that fails stops the snapshot and loses nothing`() async throws {
    let harness = try Self.harness()
    harness.hub.server.inject(.corrupt(at: 0)) { $0.target.hasSuffix("w.bin") }
    await expect(.integrity) { try await harness.snapshot() }
    harness.hub.server.heal()
    try await harness.snapshot()
    #expect(try harness.leftovers() == [])
  }

  @Test func `a directory gets a snapshot too`() async throws {
    let harness = try Self.harness()
    let options = DownloadOptions(localDirectory: harness.home.appending("target"))
    let snapshot = try await harness.snapshot(FileSelection(), options)
    #expect(snapshot.path == harness.home.appending("target"))
    #expect(try String(contentsOfFile: snapshot.path + "/unet/config.json", encoding: .utf8) == "{\"a\": 1}")
    #expect(try await harness.snapshot(FileSelection(), options).fetched == 0)
    var offline = options
    offline.localFilesOnly = true
    #expect(try await harness.snapshot(FileSelection(), offline).fetched == 0)
  }
}
