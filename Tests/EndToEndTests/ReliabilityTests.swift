import Foundation
import TestSupport
import Testing

/// Processes that die, and processes that all want the same file at once.
@Suite(.serialized) struct ReliabilityTests {
  static let length: Int64 = 24 << 20

  /// A hub with one file of 24 MiB, each connection of which gets so many bytes a second.
  private func hub(bytesPerSecond: Int) async throws -> FaultServer {
    let folder = try TemporaryDirectory()
    let file = try folder.write(Answer.Content.pattern(0..<Self.length), to: "weights.bin")
    let git = try #require(Layout.program("git"), "git is not installed: run 'make dependencies'")
    let hash = try await Program(git, ["hash-object", file]).run().text.dropLast()
    return try FaultServer(bytesPerSecond: bytesPerSecond) { request in
      guard request.path.hasSuffix("/weights.bin") else { return Answer(404, text: "no such file") }
      let headers: KeyValuePairs = [
        "X-Repo-Commit": String(repeating: "c", count: 40), "ETag": "\"\(hash)\"", "Accept-Ranges": "bytes",
      ]
      return Answer(headers: headers, content: .pattern(length: Self.length))
    }
  }

  private func isRight(_ path: String) throws -> Bool {
    try [UInt8](Data(contentsOf: URL(filePath: path))) == Answer.Content.pattern(0..<Self.length)
  }

  /// What is in the cache under a name, and what is on its way.
  private func blobs(_ dhub: Dhub) -> (named: [String], leftovers: [String]) {
    // Absence: nothing has begun.
    let names = (try? FileManager.default.contentsOfDirectory(atPath: dhub.cache + "/models--org--model/blobs")) ?? []
    return (names.filter { !$0.hasSuffix(".incomplete") }, names.filter { $0.hasSuffix(".incomplete") })
  }

  @Test func `killed at any moment, it goes on where it was`() async throws {
    let server = try await hub(bytesPerSecond: 8 << 20)
    let dhub = try Dhub(endpoint: server.endpoint)
    for _ in 0..<6 {
      let running = try dhub.program(["download", "org/model", "weights.bin"]).start()
      try await Task.sleep(for: .milliseconds(.random(in: 50...600)))
      running.signal(SIGKILL)
      _ = try await running.ended()
      #expect(blobs(dhub).named.isEmpty || blobs(dhub).leftovers.isEmpty, "a blob with a name is a whole one")
    }
    let finished = try await dhub.run("download", "org/model", "weights.bin")
    #expect(finished.status == 0, "\(finished.errorText)")
    #expect(try isRight(finished.lastLine))
    #expect(blobs(dhub).leftovers.isEmpty)
    // What a killed process had in its socket is lost; beyond that nothing is fetched twice.
    #expect(server.bytesSent < Self.length * 13 / 10, "\(server.bytesSent) bytes were sent")
  }

  @Test func `many processes that want one file fetch it once`() async throws {
    let server = try await hub(bytesPerSecond: 16 << 20)
    let dhub = try Dhub(endpoint: server.endpoint)
    let paths = try await withThrowingTaskGroup(of: String.self) { group in
      for _ in 0..<12 {
        group.addTask {
          let outcome = try await dhub.run("download", "org/model", "weights.bin")
          #expect(outcome.status == 0, "\(outcome.errorText)")
          return outcome.lastLine
        }
      }
      return try await group.reduce(into: Set<String>()) { $0.insert($1) }
    }
    #expect(paths.count == 1)
    #expect(try isRight(try #require(paths.first)))
    // A slow connection is given up for several, with what was in its socket.
    #expect(server.bytesSent < Self.length * 11 / 10, "\(server.bytesSent) bytes were sent")
    #expect(blobs(dhub).leftovers.isEmpty)
  }
}
