import Foundation
import TestSupport
import Testing

extension Dhub {
  /// The folder of the contents of the repository that these tests fetch from.
  fileprivate var blobs: String { cache + "/models--org--model/blobs" }
}

@Suite struct InterruptionTests {
  /// A hub with one file of three megabytes, which takes some seconds to come.
  static let length: Int64 = 3_000_000

  private func slowHub() async throws -> FaultServer {
    let folder = try TemporaryDirectory()
    let file = try folder.write(Answer.Content.pattern(0..<Self.length), to: "weights.bin")
    let git = try #require(Layout.program("git"), "git is not installed: run 'make dependencies'")
    let hash = try await Program(git, ["hash-object", file]).run().text.dropLast()
    let commit = String(repeating: "c", count: 40)
    return try FaultServer(bytesPerSecond: 1_000_000) { request in
      guard request.path.hasSuffix("/weights.bin") else { return Answer(404, text: "no such file") }
      return Answer(
        headers: ["X-Repo-Commit": commit, "ETag": "\"\(hash)\""], content: .pattern(length: Self.length))
    }
  }

  private func partial(_ dhub: Dhub) -> Int {
    // Absence: it has not begun. Files that are about to get another name are there too, under names that are no hash.
    let blobs = (try? FileManager.default.contentsOfDirectory(atPath: dhub.blobs)) ?? []
    let name = blobs.first { $0.wholeMatch(of: /[0-9a-f]{40}\.incomplete/) != nil }
    return name.flatMap { try? FileManager.default.attributesOfItem(atPath: dhub.blobs + "/" + $0)[.size] as? Int } ?? 0
  }

  @Test(arguments: [(SIGINT, 130), (SIGTERM, 143)])
  func `a signal keeps what has arrived, and the next run goes on`(signal: Int32, status: Int) async throws {
    let server = try await slowHub()
    let dhub = try Dhub(endpoint: server.endpoint)
    let running = try dhub.program(["download", "org/model", "weights.bin"]).start()
    try await eventually("something arrives") { partial(dhub) > 0 }
    running.signal(signal)
    #expect(try await running.ended() == status)
    #expect(running.text.isEmpty && running.errorText.contains("error: Interrupted."))
    #expect(running.errorText.contains("hint: what has arrived is kept; run the same command again"))
    let kept = partial(dhub)
    #expect(kept > 0 && kept < Self.length)
    let resumed = try await dhub.run("download", "org/model", "weights.bin")
    #expect(resumed.status == 0, "\(resumed.errorText)")
    let ranges = server.requests.compactMap { $0.header("Range") }
    #expect(ranges.contains { $0.hasPrefix("bytes=") && $0 != "bytes=0-" }, "\(ranges)")
    let bytes = try [UInt8](Data(contentsOf: URL(filePath: String(resumed.text.dropLast()))))
    #expect(bytes == Answer.Content.pattern(0..<Self.length))
    #expect(partial(dhub) == 0)
  }

  @Test func `with --json an interruption is an object`() async throws {
    let server = try await slowHub()
    let dhub = try Dhub(endpoint: server.endpoint)
    let running = try dhub.program(["download", "org/model", "weights.bin", "--json"]).start()
    try await eventually("something arrives") { partial(dhub) > 0 }
    running.signal(SIGINT)
    #expect(try await running.ended() == 130)
    let object = try JSONSerialization.jsonObject(with: Data(running.text.utf8)) as? [String: [String: Any]]
    #expect(object?["error"]?["exit_status"] as? Int == 130)
  }

  #if os(Linux)
    @Test func `on a terminal a bar shows the rate and the time left`() async throws {
      let server = try await slowHub()
      let outcome = try await Dhub(endpoint: server.endpoint).shell(
        "script -qec 'dhub download org/model weights.bin' /dev/null")
      #expect(outcome.status == 0)
      for part in ["weights.bin", "of 3.0M", "/s", "left"] { #expect(outcome.text.contains(part), "\(outcome.text)") }
      var quiet = try Dhub(endpoint: server.endpoint)
      quiet.variables["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"
      let silent = try await quiet.shell("script -qec 'dhub download org/model weights.bin' /dev/null")
      #expect(silent.status == 0 && !silent.text.contains("left"))
    }
  #endif
}
