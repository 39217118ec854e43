import Foundation
import Hub
import HubCache
import HubModel
import TestSupport
import Testing

/// One file: what is asked of the hub, what is in the cache afterwards.
@Suite struct DownloadTests {
  static let text = String(repeating: "the quick brown fox ", count: 500)

  static func harness(lfs: Bool = false) throws -> HubHarness {
    try HubHarness(FakeHub(["config.json": text, "unet/empty.txt": ""], lfs: lfs ? ["config.json"] : []))
  }

  @Test(arguments: [false, true]) func `a file is fetched once, and then only asked about`(lfs: Bool) async throws {
    let harness = try Self.harness(lfs: lfs)
    let first = try await harness.download()
    #expect(first.origin == .hub && first.commit == harness.hub.commit)
    #expect(try harness.text(first) == Self.text)
    let second = try await harness.download()
    #expect(second.origin == .cache && second.path == first.path)
    #expect(harness.hub.count("HEAD") == 2 && harness.hub.count("GET") == 1)
    let byCommit = try await harness.download(revision: harness.hub.contents.commit)
    #expect(byCommit.path == first.path)
    #expect(harness.hub.server.requests.count == 3)
    #expect(try harness.leftovers() == [])
    let ref = harness.client.layout.ref(.main, of: try RepositoryID("org/model"))
    #expect(try String(contentsOfFile: ref, encoding: .utf8) == harness.hub.contents.commit)
  }

  @Test func `bytes are asked for by commit, with the token, as they are`() async throws {
    let harness = try Self.harness()
    try await harness.download()
    let get = try #require(harness.hub.server.requests.last)
    #expect(get.path == "/org/model/resolve/\(harness.hub.contents.commit)/config.json")
    #expect(get.header("Authorization") == "Bearer hf_secret" && get.header("Accept-Encoding") == "identity")
  }

  @Test func `an empty file costs no request for its bytes`() async throws {
    let harness = try Self.harness()
    let file = try await harness.download("unet/empty.txt")
    #expect(try harness.text(file) == "")
    #expect(harness.hub.count("GET") == 0)
  }

  @Test func `content that is here under another commit is linked`() async throws {
    let harness = try Self.harness()
    let first = try await harness.download()
    harness.hub.change { $0.commit = String(repeating: "c", count: 40) }
    let second = try await harness.download()
    #expect(second.origin == .content && second.path != first.path && second.commit == harness.hub.commit)
    #expect(harness.hub.count("GET") == 1)
  }

  @Test func `a forced download replaces what is here`() async throws {
    let harness = try Self.harness()
    try await harness.download()
    let forced = try await harness.download("config.json", DownloadOptions(forceDownload: true))
    #expect(forced.origin == .hub)
    #expect(harness.hub.count("GET") == 2)
    #expect(try harness.text(forced) == Self.text)
  }

  @Test func `a forced download that fails leaves what is here`() async throws {
    let harness = try Self.harness()
    let first = try await harness.download()
    harness.hub.server.inject(.corrupt(at: 5)) { $0.method == "GET" }
    await expect(.integrity) { try await harness.download("config.json", DownloadOptions(forceDownload: true)) }
    #expect(try harness.text(first) == Self.text)
  }

  @Test func `a plan is made without fetching`() async throws {
    let harness = try Self.harness()
    let (file, id) = (try RepositoryPath("config.json"), try RepositoryID("org/model"))
    guard case .fetch(let metadata, offset: 0) = try await harness.client.plan(file, from: id) else {
      Issue.record("not a plan to fetch")
      return
    }
    #expect(metadata.size == Int64(Self.text.utf8.count))
    #expect(harness.hub.count("GET") == 0)
    try await harness.download()
    #expect(try await harness.client.plan(file, from: id) == .use(commit: harness.hub.commit))
  }

  @Test func `a directory of the user's gets plain files`() async throws {
    let harness = try Self.harness()
    let directory = harness.home.appending("target")
    let options = DownloadOptions(localDirectory: directory)
    let file = try await harness.download("config.json", options)
    #expect(file.path == directory + "/config.json")
    #expect(try harness.text(file) == Self.text)
    #expect(try harness.blobs() == [])
    try await harness.download("config.json", options)
    #expect(harness.hub.count("GET") == 1)
    try Data("mine".utf8).write(to: URL(filePath: file.path))
    harness.hub.server.inject(.answer(Answer(500)), where: { $0.method == "GET" })
    await expect(.status) { try await harness.download("config.json", options) }
    #expect(try harness.text(file) == "mine", "an edited file stays until the new one is whole")
    harness.hub.server.heal()
    try await harness.download("config.json", options)
    #expect(try harness.text(file) == Self.text)
  }

  @Test func `a directory takes from the cache what is there`() async throws {
    let harness = try Self.harness()
    try await harness.download()
    let file = try await harness.download(
      "config.json", DownloadOptions(localDirectory: harness.home.appending("target")))
    #expect(try harness.text(file) == Self.text && harness.hub.count("GET") == 1)
  }

  @Test func `many tasks that want one file fetch it once`() async throws {
    let harness = try Self.harness()
    try await withThrowingTaskGroup(of: String.self) { group in
      for _ in 0..<16 { group.addTask { try await harness.text(harness.download()) } }
      for try await text in group { #expect(text == Self.text) }
    }
    #expect(harness.hub.count("GET") == 1)
  }

  @Test func `progress goes from the first byte to the last`() async throws {
    let harness = try Self.harness()
    let events = EventLog()
    try await harness.download("config.json", DownloadOptions(progress: { events.append($0) }))
    let (file, size) = (try RepositoryPath("config.json"), Int64(Self.text.utf8.count))
    #expect(events.all.first == .started(file, offset: 0, size: size))
    #expect(events.all.suffix(2) == [.received(file, bytes: size), .finished(file)])
  }
}
