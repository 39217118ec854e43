import Foundation
import HubModel
import HubServer
import HubTestSupport
import HubTransport
import TestSupport
import Testing

/// git's smart HTTP byte by byte, as other clients speak it.
@Suite struct GitProtocolTests {
  static let upload: HTTPHeaders = ["Content-Type": "application/x-git-upload-pack-request"]
  static let receive: HTTPHeaders = ["Content-Type": "application/x-git-receive-pack-request"]

  /// A line of the protocol, its length before it.
  static func line(_ text: String) -> String {
    let digits = String(text.utf8.count + 4, radix: 16)
    return String(repeating: "0", count: 4 - digits.count) + digits + text
  }

  @Test func `the version is the one asked for, and nothing is cached`() async throws {
    let repositories = try TestRepositories()
    let client = Client(try await RunningHub(root: repositories.root))
    let path = "/acme/euler.git/info/refs?service=git-upload-pack"
    for (version, start) in [
      (nil, "001e# service=git-upload-pack\n0000"), ("version=1", "001e# service=git-upload-pack\n0000000eversion 1\n"),
      ("version=2", "000eversion 2\n"), ("VERSION=2;rm", "001e# service=git-upload-pack\n0000"),
    ] {
      let answer = try await client.get(path, version.map { ["Git-Protocol": $0] } ?? [:])
      #expect(answer.text.hasPrefix(start), "\(version ?? "-"): \(answer.text.prefix(60))")
      #expect(answer.headers["Content-Type"] == "application/x-git-upload-pack-advertisement")
      #expect(answer.headers["Cache-Control"] == "no-cache, max-age=0, must-revalidate")
    }
    let empty = try await client.get(
      "/acme/empty.git/info/refs?service=git-receive-pack", token: RunningHub.Tokens.writer)
    #expect(empty.text.contains("capabilities^{}\0"))
  }

  @Test func `bodies may come in gzip and in chunks, and the probe is answered`() async throws {
    let repositories = try TestRepositories()
    let hub = try await RunningHub(root: repositories.root)
    let client = Client(hub)
    let request = Self.line("command=ls-refs\n") + "0001" + Self.line("ref-prefix refs/tags/\n") + "0000"
    var headers = Self.upload
    headers["Git-Protocol"] = "version=2"
    let plain = try await client.send(.post, "/acme/euler/git-upload-pack", headers, body: .bytes(Array(request.utf8)))
    #expect(plain.text == Self.line("\(repositories.commits[1]) refs/tags/v1\n") + "0000")
    let gzip = try #require(Layout.program("gzip"))
    let packed = try await Program(gzip, ["-c"], input: Array(request.utf8)).run().output
    headers["Content-Encoding"] = "gzip"
    let inflated = try await client.send(.post, "/acme/euler/git-upload-pack", headers, body: .bytes(packed))
    #expect(inflated.text == plain.text)
    for (encoding, body, status) in [
      ("gzip", Array(packed.dropLast(10)), 400), ("gzip", Array("0000".utf8), 400), ("gzip", packed + packed, 400),
      ("br", packed, 415),
    ] {
      headers["Content-Encoding"] = encoding
      let answer = try await client.send(.post, "/acme/euler/git-upload-pack", headers, body: .bytes(body))
      #expect(answer.status == status)
    }
    let probe = try await client.send(
      .post, "/acme/euler/git-receive-pack", token: RunningHub.Tokens.writer, Self.receive,
      body: .bytes(Array("0000".utf8)))
    #expect(probe.status == 200 && probe.body.isEmpty)
    let chunked = try await RawConnection.exchange(
      port: hub.port,
      "POST /acme/euler/git-upload-pack HTTP/1.1\r\nHost: x\r\nConnection: close\r\nGit-Protocol: version=2\r\n"
        + "Content-Type: application/x-git-upload-pack-request\r\nTransfer-Encoding: chunked\r\n\r\n"
        + "\(String(request.utf8.count, radix: 16))\r\n\(request)\r\n0\r\n\r\n")
    #expect(chunked.contains("refs/tags/v1"))
  }

  @Test func `other methods and types are refused`() async throws {
    let repositories = try TestRepositories()
    let client = Client(try await RunningHub(root: repositories.root))
    for (method, path, headers, status) in [
      (.post, "/acme/euler/info/refs?service=git-upload-pack", Self.upload, 405),
      (.get, "/acme/euler/git-upload-pack", [:], 405), (.post, "/acme/euler/git-upload-pack", Self.receive, 415),
      (.post, "/acme/euler/git-upload-pack", [:], 415), (.get, "/acme/euler/HEAD", [:], 404),
      (.get, "/acme/euler.git/objects/info/packs", [:], 404),
    ] as [(HTTPMethod, String, HTTPHeaders, Int)] {
      #expect(try await client.send(method, path, headers).status == status, "\(method) \(path)")
    }
  }
}
