import Foundation
import Hub
import HubCache
import HubModel
import TestSupport
import Testing

/// What goes wrong on the way: the catalogue's tables of downloads, resumption and metadata, as rows.
@Suite struct FaultTests {
  /// A file of some size, so that it can be cut in the middle.
  static let length: Int64 = 600_000

  static func harness() throws -> HubHarness {
    try HubHarness(FakeHub(["w.bin": Answer.Content.pattern(length: length)], lfs: ["w.bin"]))
  }

  static func isRight(_ file: DownloadedFile) throws -> Bool {
    try [UInt8](Data(contentsOf: URL(filePath: file.path))) == Answer.Content.pattern(0..<length)
  }

  static let once: [Fault] = [
    .close, .reset, .drop(after: 0), .drop(after: 200_000), .drop(after: 200_000, reset: true), .stall(after: 100_000),
    .corrupt(at: 77), .replaced(Answer.Content.pattern(1..<(length + 1))), .truncated(by: 5), .lengthened(by: 5),
    .lengthOff(by: 5), .lengthOff(by: -5), .answer(Answer(500)), .answer(Answer(503)), .answer(Answer(502)),
    .answer(Answer(429, headers: ["Retry-After": "0"])), .answer(Answer(408)), .noLength, .chunked(.valid),
    .chunked(.cut),
    .all([.noLength, .truncated(by: 9)]),
  ]

  @Test(arguments: once.indices) func `a fault that passes is survived`(row: Int) async throws {
    let harness = try Self.harness()
    harness.hub.server.inject(Self.once[row], times: 1) { $0.method == "GET" }
    let file = try await harness.download("w.bin")
    #expect(try Self.isRight(file), "\(Self.once[row])")
    #expect(try harness.leftovers() == [])
  }

  static let always: [(Fault, HubError.Code)] = [
    (.close, .network), (.drop(after: 0), .network), (.corrupt(at: 77), .integrity),
    (.replaced(Answer.Content.pattern(1..<(length + 1))), .integrity), (.truncated(by: 5), .integrity),
    (.lengthened(by: 5), .integrity), (.answer(Answer(500)), .status), (.answer(Answer(403, text: "no")), .forbidden),
    (.answer(Answer(429, headers: ["Retry-After": "86400"])), .rateLimited),
    (.answer(Answer(200, text: "<html>log in</html>")), .integrity), (.endless, .integrity),
    (.answer(FakeHub.refusal(404, "EntryNotFound", "Entry not found")), .entryNotFound),
    (.encoded(as: "gzip", [1, 2, 3]), .protocolViolation), (.answer(Answer(204)), .protocolViolation),
  ]

  @Test(arguments: always.indices) func `a fault that stays is an error, and nothing is published`(
    row: Int
  ) async throws {
    let (fault, code) = Self.always[row]
    let harness = try Self.harness()
    harness.hub.server.inject(fault) { $0.method == "GET" }
    await expect(code) { try await harness.download("w.bin") }
    #expect(try harness.blobs() == [])
    #expect(try harness.home.listing().filter { $0.contains("/snapshots/") } == [])
    harness.hub.server.heal()
    #expect(try Self.isRight(try await harness.download("w.bin")), "the same call works once the fault is gone")
    #expect(try harness.leftovers() == [])
  }

  static let ranges: [Fault] = [
    .ignoredRange, .lyingRange(by: 1), .otherRange(by: 1), .otherRange(by: -1), .wholeAs206, .unsatisfied,
    .shortRange(by: 100), .rangeWithoutHeader, .rangeTotalOff(by: 1), .multipartRange,
  ]

  @Test(arguments: ranges.indices) func `a wrong answer to a range ends well`(row: Int) async throws {
    let harness = try Self.harness()
    harness.hub.server.inject(.drop(after: 200_000), times: 1) { $0.method == "GET" }
    harness.hub.server.inject(Self.ranges[row], times: 1) { $0.header("Range") != nil }
    #expect(try Self.isRight(try await harness.download("w.bin")), "\(Self.ranges[row])")
  }

  @Test func `an interrupted download goes on where it was`() async throws {
    let harness = try Self.harness()
    harness.hub.server.inject(.drop(after: 200_000)) { $0.method == "GET" && $0.header("Range") == nil }
    harness.hub.server.inject(.close) { $0.header("Range") != nil }
    await expect(.network) { try await harness.download("w.bin") }
    #expect(try harness.leftovers().count == 1)
    harness.hub.server.heal()
    let before = harness.hub.server.bytesSent
    #expect(try Self.isRight(try await harness.download("w.bin")))
    #expect(harness.hub.server.requests.last?.header("Range") == "bytes=200000-")
    #expect(harness.hub.server.bytesSent - before == Self.length - 200_000)
    #expect(try harness.leftovers() == [])
  }

  @Test func `without resumption what has arrived is thrown away`() async throws {
    let harness = try Self.harness()
    harness.hub.server.inject(.all([.drop(after: 200_000)]), times: 1) { $0.method == "GET" }
    harness.hub.server.inject(.close) { $0.header("Range") != nil }
    await expect(.network) { try await harness.download("w.bin") }
    harness.hub.server.heal()
    #expect(try Self.isRight(try await harness.download("w.bin", DownloadOptions(resumeDownload: false))))
    #expect(harness.hub.server.requests.last?.header("Range") == nil)
  }

  @Test func `cancelling stops the transfer and keeps what has arrived`() async throws {
    let harness = try HubHarness(
      FakeHub(["w.bin": Answer.Content.pattern(length: Self.length)], bytesPerSecond: 200_000))
    let events = EventLog()
    let task = Task { try await harness.download("w.bin", DownloadOptions(progress: { events.append($0) })) }
    try await eventually("something arrives") {
      events.all.contains { if case .received = $0 { true } else { false } }
    }
    task.cancel()
    await expect(.cancelled) { try await task.value }
    #expect(try harness.leftovers().count == 1)
  }

  // MARK: What the hub announces

  static let announcements: [(KeyValuePairs<String, String>, HubError.Code)] = [
    (["ETag": "\"\(String(repeating: "0", count: 40))\""], .protocolViolation),
    (["X-Repo-Commit": "hello", "ETag": "\"\(String(repeating: "0", count: 40))\""], .protocolViolation),
    (["X-Repo-Commit": "../../etc", "ETag": "\"\(String(repeating: "0", count: 40))\""], .protocolViolation),
    (["X-Repo-Commit": String(repeating: "a", count: 40)], .protocolViolation),
    (["X-Repo-Commit": String(repeating: "a", count: 40), "ETag": "\"../../../tmp/x\""], .protocolViolation),
    (["X-Repo-Commit": String(repeating: "a", count: 40), "ETag": "\"/etc/passwd\""], .protocolViolation),
    (["X-Repo-Commit": String(repeating: "a", count: 40), "ETag": "\"\""], .protocolViolation),
    (["X-Repo-Commit": String(repeating: "a", count: 40), "ETag": "\"..\""], .protocolViolation),
    (
      ["X-Repo-Commit": String(repeating: "a", count: 40), "ETag": "\"\(String(repeating: "0", count: 64))\""],
      .integrity
    ),
  ]

  @Test(arguments: announcements.indices) func `a lie in the metadata writes nothing`(row: Int) async throws {
    let (headers, code) = Self.announcements[row]
    let harness = try Self.harness()
    harness.hub.server.inject(.answer(Answer(200, headers: headers, text: "hello")))
    await expect(code) { try await harness.download("w.bin") }
    #expect(try harness.blobs() == [])
    #expect(try harness.home.listing().filter { $0.contains("/snapshots/") } == [])
  }

  @Test func `a commit in a refusal creates nothing outside the cache`() async throws {
    let harness = try Self.harness()
    var answer = FakeHub.refusal(404, "EntryNotFound", "Entry not found")
    answer.headers.append(("X-Repo-Commit", "../../x"))
    harness.hub.server.inject(.answer(answer))
    await expect(.entryNotFound) { try await harness.download("w.bin") }
    #expect(try harness.home.listing() == [])
  }

  @Test func `what the hub does not have is remembered`() async throws {
    let harness = try Self.harness()
    await expect(.entryNotFound) { try await harness.download("other.json") }
    let mark = harness.client.layout.absence(
      try RepositoryPath("other.json"), at: harness.hub.commit, of: try RepositoryID("org/model"))
    #expect(FileManager.default.fileExists(atPath: mark))
    await expect(.entryNotFound) { try await harness.download("other.json", DownloadOptions(localFilesOnly: true)) }
  }

  static let refusals: [(Answer, HubError.Code)] = [
    (FakeHub.refusal(401, "RepoNotFound", "Invalid username or password."), .repositoryNotFound),
    (FakeHub.refusal(404, "RepoNotFound", "Repository not found"), .repositoryNotFound),
    (FakeHub.refusal(404, "RevisionNotFound", "Invalid rev id"), .revisionNotFound),
    (FakeHub.refusal(403, "GatedRepo", "Access is restricted"), .gated),
    (Answer(403, headers: ["X-Error-Message": "Access to this resource is disabled."]), .disabled),
    (Answer(401, headers: ["X-Error-Message": "Invalid credentials in Authorization header"]), .unauthorized),
    (Answer(403, headers: ["X-Error-Message": "no"]), .forbidden),
    (Answer(429, headers: ["Retry-After": "3600"]), .rateLimited), (Answer(500), .status),
    (Answer(200, text: "<html>log in first</html>"), .protocolViolation),
  ]

  @Test(arguments: refusals.indices) func `each refusal is an error of its own`(row: Int) async throws {
    let (answer, code) = Self.refusals[row]
    let harness = try Self.harness()
    harness.hub.server.inject(.answer(answer))
    await expect(code) { try await harness.download("w.bin") }
    #expect(try harness.home.listing() == [])
  }
}
