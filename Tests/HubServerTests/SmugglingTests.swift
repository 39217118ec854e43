import Foundation
import HubServer
import HubTestSupport
import TestSupport
import Testing

/// Requests that a proxy before the hub could take for more, or fewer, than the hub does (RFC 9112, section 11.2).
@Suite struct SmugglingTests {
  /// A shape, as the bytes of the head after the request line and of the body.
  struct Row: Sendable, CustomTestStringConvertible {
    let name: String
    var line = "POST /api/models/acme/euler/paths-info/main HTTP/1.1\r\n"
    var host = "Host: x\r\n"
    let rest: String

    var testDescription: String { name }
  }

  /// What is smuggled: an answer to it is an answer too many.
  static let second = "GET /health HTTP/1.1\r\nHost: x\r\n\r\n"

  static let rows = [
    Row(name: "a length and chunks", rest: "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    Row(name: "chunks and a length", rest: "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"),
    Row(name: "two lengths", rest: "Content-Length: 0\r\nContent-Length: 5\r\n\r\npaths"),
    Row(name: "two lengths in one", rest: "Content-Length: 0, 5\r\n\r\npaths"),
    Row(name: "a length with a sign", rest: "Content-Length: +0\r\n\r\n"),
    Row(name: "a negative length", rest: "Content-Length: -1\r\n\r\n"),
    Row(name: "a length in hexadecimal", rest: "Content-Length: 0x5\r\n\r\npaths"),
    Row(name: "a length with a space", rest: "Content-Length: 0 5\r\n\r\n"),
    Row(name: "a length beyond all numbers", rest: "Content-Length: 99999999999999999999\r\n\r\n"),
    Row(name: "an empty length", rest: "Content-Length: \r\n\r\n"),
    Row(name: "an unknown coding", rest: "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
    Row(name: "chunked, but not last", rest: "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"),
    Row(name: "chunked twice", rest: "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"),
    Row(name: "two codings", rest: "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n"),
    Row(name: "a coding after a tab", rest: "Transfer-Encoding:\u{0B}chunked\r\n\r\n0\r\n\r\n"),
    Row(name: "identity with chunks", rest: "Transfer-Encoding: identity\r\n\r\n0\r\n\r\n"),
    Row(name: "a space before the colon", rest: "Content-Length : 5\r\n\r\npaths"),
    Row(name: "a folded field", rest: "X: a\r\n Content-Length: 5\r\n\r\npaths"),
    Row(name: "a folded coding", rest: "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n"),
    Row(name: "a field that begins with a space", host: " Host: x\r\n", rest: "\r\n"),
    Row(name: "a field without a colon", rest: "Content-Length\r\n\r\n"),
    Row(name: "a field without a name", rest: ": 5\r\n\r\n"),
    Row(name: "a zero byte in a field", rest: "X: a\0b\r\n\r\n"),
    Row(name: "a lone CR in a field", rest: "X: a\rContent-Length: 5\r\n\r\n"),
    Row(name: "lone LFs", line: "GET /health HTTP/1.1\n", host: "Host: x\n", rest: "\n"),
    Row(name: "a lone LF before the end", rest: "Content-Length: 0\n\r\n"),
    Row(name: "a chunk of a wrong size", rest: "Transfer-Encoding: chunked\r\n\r\n5\r\nab\r\n0\r\n\r\n"),
    Row(name: "a chunk size that is none", rest: "Transfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n0\r\n\r\n"),
    Row(name: "a chunk size with a prefix", rest: "Transfer-Encoding: chunked\r\n\r\n0x2\r\nab\r\n0\r\n\r\n"),
    Row(name: "a negative chunk size", rest: "Transfer-Encoding: chunked\r\n\r\n-2\r\nab\r\n0\r\n\r\n"),
    Row(name: "an enormous chunk", rest: "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\nab"),
    Row(name: "a chunk ended by LF", rest: "Transfer-Encoding: chunked\r\n\r\n2\nab\n0\n\n"),
    Row(name: "no host", host: "", rest: "Content-Length: 0\r\n\r\n"),
    Row(name: "two hosts", rest: "Host: y\r\nContent-Length: 0\r\n\r\n"),
    Row(
      name: "HTTP/1.0 with chunks", line: "POST /health HTTP/1.0\r\n",
      rest: "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    Row(name: "HTTP/2.0", line: "GET /health HTTP/2.0\r\n", rest: "\r\n"),
    Row(name: "HTTP/0.9", line: "GET /health\r\n", rest: "\r\n"),
    Row(name: "an unknown version", line: "GET /health HTTP/1.9x\r\n", rest: "\r\n"),
    Row(name: "no target", line: "GET HTTP/1.1\r\n", rest: "\r\n"),
    Row(name: "a space in the target", line: "GET /a b HTTP/1.1\r\n", rest: "\r\n"),
    Row(name: "a tab in the request line", line: "GET\t/health HTTP/1.1\r\n", rest: "\r\n"),
    Row(name: "a method that is none", line: "G@T /health HTTP/1.1\r\n", rest: "\r\n"),
    Row(name: "another protocol", line: "\u{16}\u{3}\u{1}\u{2}\r\n", rest: "\r\n"),
  ]

  @Test(arguments: rows)
  func `it is refused, and nothing after it is read`(row: Row) async throws {
    let repositories = try TestRepositories()
    let hub = try await RunningHub(root: repositories.root)
    let answer = try await RawConnection.exchange(port: hub.port, row.line + row.host + row.rest + Self.second)
    #expect(AttackTests.status(answer) == 400, "\(answer)")
    #expect(answer.components(separatedBy: "HTTP/1.1 ").count == 2, "\(answer)")
    #expect(!answer.contains(#""status":"ok""#), "\(answer)")
    #expect(AttackTests.status(try await AttackTests.get("/health", hub)) == 200)
  }

  @Test func `requests in a row are answered in a row`() async throws {
    let repositories = try TestRepositories()
    let hub = try await RunningHub(root: repositories.root)
    let body = "paths=README.md"
    let first =
      "POST /api/models/acme/euler/paths-info/main HTTP/1.1\r\nHost: x\r\n"
      + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    let last = "GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    let answer = try await RawConnection.exchange(port: hub.port, first + Self.second + last)
    let statuses = answer.components(separatedBy: "HTTP/1.1 ").dropFirst().map { $0.prefix(3) }
    #expect(statuses == ["200", "200", "404"], "\(answer)")
  }
}
