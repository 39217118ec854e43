import Foundation
import Hub
import HubCache
import HubModel
import TestSupport
import Testing

/// A server that limits each connection: several are used, each for parts of the file.
@Suite(.serialized) struct PartsTests {
  static let length: Int64 = 18 << 20

  static func harness() throws -> HubHarness {
    var harness = try HubHarness(
      FakeHub(["w.bin": Answer.Content.pattern(length: length)], lfs: ["w.bin"], bytesPerSecond: 2 << 20))
    harness.variables["HF_HUB_DOWNLOAD_TIMEOUT"] = "10"
    return harness
  }

  static func isRight(_ file: DownloadedFile) throws -> Bool {
    try [UInt8](Data(contentsOf: URL(filePath: file.path))) == Answer.Content.pattern(0..<length)
  }

  @Test func `a slow connection gets company`() async throws {
    let harness = try Self.harness()
    let events = EventLog()
    let file = try await harness.download("w.bin", DownloadOptions(progress: { events.append($0) }))
    #expect(try Self.isRight(file))
    #expect(harness.hub.server.requests.filter { $0.header("Range") != nil }.count == 3)
    #expect(try harness.leftovers() == [])
    let path = try RepositoryPath("w.bin")
    #expect(events.all.last == .finished(path))
    #expect(events.all.contains(.received(path, bytes: Self.length)))
  }

  @Test func `parts that have arrived are not fetched again`() async throws {
    let harness = try Self.harness()
    // The first part fails for good, once the others have been received.
    harness.hub.server.inject(.drop(after: 0)) { request in
      request.header("Range").map { !$0.hasPrefix("bytes=8388608-") && !$0.hasPrefix("bytes=16777216-") } ?? false
    }
    await expect(.network) { try await harness.download("w.bin") }
    #expect(try harness.leftovers().count > 1)
    harness.hub.server.heal()
    let before = harness.hub.server.bytesSent
    #expect(try Self.isRight(try await harness.download("w.bin")))
    #expect(harness.hub.server.bytesSent - before < Self.length)
    #expect(try harness.leftovers() == [])
  }

  @Test func `a part with wrong bytes is found out, and the file fetched again`() async throws {
    let harness = try Self.harness()
    harness.hub.server.inject(.corrupt(at: 3), times: 1) { $0.header("Range")?.hasPrefix("bytes=8388608-") ?? false }
    let file = try await harness.download("w.bin")
    #expect(try Self.isRight(file))
    #expect(try harness.leftovers() == [])
  }

  @Test func `a directory of the user's gets a file from parts too`() async throws {
    let harness = try Self.harness()
    let file = try await harness.download(
      "w.bin", DownloadOptions(localDirectory: harness.home.appending("target")))
    #expect(try Self.isRight(file))
    #expect(try harness.leftovers() == [])
  }
}
