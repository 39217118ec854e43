#if os(Linux)
  import Foundation
  import HubGit
  import HubModel
  import HubTestSupport
  import TestSupport
  import Testing

  /// What attackers make of the memory of a hub: nothing.
  @Suite(.serialized) struct ServerMemoryTests {
    static let token = "hf_writer_000000000000000000000000"

    /// The most memory that a process has had, in bytes.
    static func peak(_ process: Int32) throws -> Int {
      let text = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
      let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
      return try #require(Int(line.split(separator: " ").dropLast().last ?? "")) * 1024
    }

    /// Sends a request and answers what comes back, whatever it is.
    static func send(_ head: String, _ body: [UInt8], to hub: ServedHub, _ folder: TemporaryDirectory) async throws
      -> String
    {
      let path = try folder.write(body, to: "body")
      let curl = try #require(Layout.program("curl"))
      let words = head.split(separator: " ").map(String.init)
      let fields = words.dropFirst(2).flatMap { ["-H", $0.replacing("=", with: ": ", maxReplacements: 1)] }
      let outcome = try await Program(
        curl,
        ["-sS", "-X", words[0], "-H", "Authorization: Bearer \(token)", "--data-binary", "@\(path)"] + fields
          + [hub.endpoint + words[1]], timeout: 300
      ).run()
      return String(decoding: outcome.output, as: UTF8.self)
    }

    @Test func `no bomb makes a hub grow`() async throws {
      let repositories = try TestRepositories()
      let tokens = try RunningHub.writeTokens(repositories.root)
      let hub = try await ServedHub(root: repositories.root, ["--token-file", tokens])
      let folder = try TemporaryDirectory()
      let push = "POST /acme/euler/git-receive-pack Content-Type=application/x-git-receive-pack-request"
      // A short object that differs from one of 800 MB.
      var pack = RawPack()
      let (base, length) = (pack.offset, pack.add(zeros: 800 << 20))
      pack.add(copies: [(0, 130)], ofObjectAt: base, length: length)
      let commit = pack.add(commit: pack.add(tree: [RawPack.Entry("100644", "f", pack.add(.blob, []))]))
      let said = try await Self.send(push, pack.push(commit, to: "refs/heads/evil"), to: hub, folder)
      #expect(!said.contains("ok refs"), "\(said)")
      // A body in gzip that inflates a thousand times, and one of JSON that is nothing but depth.
      let gzip = try await Program(
        try #require(Layout.program("gzip")), ["-c"], input: [UInt8](repeating: 0, count: 60 << 20)
      ).run().output
      let upload =
        "POST /acme/euler/git-upload-pack Content-Type=application/x-git-upload-pack-request Content-Encoding=gzip"
      #expect(try await Self.send(upload, gzip, to: hub, folder).contains("inflates"))
      let depth = [UInt8](repeating: UInt8(ascii: "["), count: 4 << 20)
      for route in [
        "/api/repos/create", "/api/validate-yaml", "/api/models/acme/euler/preupload/main",
        "/api/models/acme/euler/discussions",
        "/acme/euler.git/info/lfs/objects/batch", "/api/models/acme/euler/tag/main",
        "/api/models/acme/euler/commit/main",
      ] {
        for bytes in [
          depth, depth.map { $0 == 91 ? 123 : $0 }, Array(String(repeating: #"{"a":"#, count: 800_000).utf8),
        ] {
          let answer = try await Self.send("POST \(route) Content-Type=application/json", bytes, to: hub, folder)
          #expect(answer.contains("error"), "\(route): \(answer)")
        }
      }
      #expect(hub.program.isRunning)
      #expect(try Self.peak(hub.program.identifier) < 300 << 20)
    }
  }
#endif
