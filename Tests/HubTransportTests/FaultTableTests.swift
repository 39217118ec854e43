import Foundation
import HubModel
import HubTransport
import TestSupport
import Testing

/// Every fault of the wire over a real socket: success or a typed error, in bounded time, with a bounded number of
/// requests.
@Suite(.timeLimit(.minutes(1))) struct FaultTableTests {
  static let file = Array("The quick brown fox jumps over the lazy dog. ".utf8) + Array(repeating: 42, count: 955)

  struct Row: Sendable, CustomTestStringConvertible {
    let name: String
    let fault: Fault
    /// How many answers are broken, or all.
    var times: Int?
    /// The code of the error, or none for success.
    let code: HubError.Code?
    /// The most requests that may be made.
    let requests: Int
    /// The seconds that the client waits for an answer; few only where it waits in vain, as the machine may be busy.
    let patience: Double

    init(
      _ name: String, _ fault: Fault, times: Int? = nil, _ code: HubError.Code?, requests: Int = 6,
      patience: Double? = nil
    ) {
      (self.name, self.fault, self.times, self.code, self.requests) = (name, fault, times, code, requests)
      self.patience = patience ?? (code == .timeout ? 0.3 : 30)
    }

    var testDescription: String { name }
  }

  static let connection = [
    Row("closed once", .close, times: 1, nil, requests: 2), Row("reset once", .reset, times: 1, nil, requests: 2),
    Row("cut once", .drop(after: 100), times: 1, nil, requests: 2),
    Row("reset in the body once", .drop(after: 100, reset: true), times: 1, nil, requests: 2),
    Row("closed always", .close, .network), Row("reset always", .reset, .network),
    Row("cut always", .drop(after: 100), .network), Row("silent", .silent, .timeout, requests: 3),
    Row("silent once", .silent, times: 1, nil, requests: 3, patience: 2),
    Row("stalled", .stall(after: 100), .timeout, requests: 3),
    Row("a byte at a time", .drip(perSecond: 20), .timeout, requests: 3),
    Row("a head a byte at a time", .slowHead(perSecond: 20), .timeout, requests: 3),
    Row("late but in time", .delay(0.1), nil, requests: 1),
  ]

  static let content = [
    Row("one bit", .corrupt(at: 500), .integrity, requests: 1),
    Row("other bytes", .replaced(Array(repeating: 1, count: 1000)), .integrity, requests: 1),
    Row("shorter", .truncated(by: 10), .integrity, requests: 1),
    Row("longer", .lengthened(by: 5), .integrity, requests: 1),
    Row("endless", .endless, .integrity, requests: 1),
    Row("gzip unasked", .encoded(as: "gzip", Array("\u{1F}not really".utf8)), .integrity, requests: 1),
    Row("an unknown encoding, right bytes", .encoded(as: "rot13", file), nil, requests: 1),
    Row("a login page", .answer(Answer(text: "<html>log in</html>")), .integrity, requests: 1),
  ]

  static let length = [
    Row("too large", .lengthOff(by: 5), .network), Row("too small", .lengthOff(by: -5), .integrity, requests: 1),
    Row("none", .noLength, nil, requests: 1),
    Row("none and cut", .all([.truncated(by: 9), .noLength]), .integrity, requests: 1),
    Row("two", .twoLengths(by: 5), .protocolViolation, requests: 2),
    Row("two alike", .twoLengths(by: 0), .protocolViolation, requests: 2),
    Row("negative", .lengthText("-1"), .protocolViolation, requests: 2),
    Row("24 digits", .lengthText("1" + String(repeating: "0", count: 23)), .protocolViolation, requests: 2),
    Row("hexadecimal", .lengthText("0x10"), .protocolViolation, requests: 2),
    Row("a list", .lengthText("1000, 1000"), .protocolViolation, requests: 2),
    Row("with chunks", .lengthAndChunks, nil, requests: 1),
    Row("bytes after the body", .extraBytes(50), nil, requests: 1),
  ]

  static let chunks = [
    Row("valid", .chunked(.valid), nil, requests: 1), Row("cut", .chunked(.cut), .network),
    Row("a size that is none", .chunked(.badSize), .protocolViolation, requests: 2),
    Row("a size beyond 64 bits", .chunked(.hugeSize), .protocolViolation, requests: 2),
    Row("a negative size", .chunked(.negativeSize), .protocolViolation, requests: 2),
    Row("no line break", .chunked(.noLineBreak), .protocolViolation, requests: 2),
    Row("no end", .chunked(.noEnd), .timeout, requests: 3),
  ]

  static let head = [
    Row("10,000 fields", .manyHeaders(10_000), .limitExceeded, requests: 1),
    Row("a field of 10 MiB", .longHeader(10 << 20), .protocolViolation, requests: 2),
    Row("long fields", .all(Array(repeating: .longHeader(50_000), count: 9)), .limitExceeded, requests: 1),
    Row("NUL", .nulInHeader, .protocolViolation, requests: 2),
    Row("another protocol", .statusLine("SSH-2.0-OpenSSH_9.2"), .protocolViolation, requests: 2),
    Row("no status", .statusLine("HTTP/1.1 banana"), .protocolViolation, requests: 2),
    Row("junk", .junk(Array(repeating: 0xAA, count: 100_000)), .protocolViolation, requests: 2),
    Row("interim answers without end", .interim(200_000), .limitExceeded, requests: 1),
    Row("some interim answers", .interim(3), nil, requests: 1),
    Row("304 unasked", .answer(Answer(304)), .protocolViolation, requests: 2),
    Row("204", .answer(Answer(204)), .protocolViolation, requests: 2),
    Row("206 unasked", .wholeAs206, .protocolViolation, requests: 2),
    Row("101", .answer(Answer(101)), .protocolViolation, requests: 2),
    Row("status 999", .answer(Answer(999)), .protocolViolation, requests: 2),
  ]

  static let statuses =
    [408, 429, 500, 502, 503, 504].map {
      Row("\($0) once", .answer(Answer($0)), times: 1, nil, requests: 2)
    } + [
      Row("500 always", .answer(Answer(500)), .status), Row("404", .answer(Answer(404)), .status, requests: 1),
      Row("501", .answer(Answer(501)), .status, requests: 1),
      Row("403", .answer(Answer(403)), .forbidden, requests: 1),
      Row("429 for a day", .answer(Answer(429, headers: ["Retry-After": "86400"])), .rateLimited, requests: 1),
      Row(
        "503 for ever", .answer(Answer(503, headers: ["Retry-After": "99999999999999999999"])), .rateLimited,
        requests: 1),
      Row("429 with rubbish, once", .answer(Answer(429, headers: ["Retry-After": "soon"])), times: 1, nil, requests: 2),
      Row("an endless refusal", .all([.answer(Answer(500)), .endless]), .status),
    ]

  @Test(arguments: connection + content + length + chunks + head + statuses)
  func `each fault ends in success or in its error`(row: Row) async throws {
    let server = try FaultServer(files: ["/file": Self.file])
    server.inject(row.fault, times: row.times)
    let transport = CurlTransport()
    try await check(row, server, transport)
    #expect((1...row.requests).contains(server.requests.count), "\(server.requests.count) requests")
    // The same call works once the fault is gone, on the same transport.
    server.heal()
    try await Self.fetch(server, transport, patience: 30)
  }

  private func check(_ row: Row, _ server: FaultServer, _ transport: CurlTransport) async throws {
    guard let code = row.code else { return try await Self.fetch(server, transport, patience: row.patience) }
    await expect(code) { try await Self.fetch(server, transport, patience: row.patience) }
  }

  /// Downloads the file as a client does: retries, then the length, then the bytes.
  private static func fetch(
    _ server: FaultServer, _ transport: CurlTransport, patience: Double
  ) async throws(HubError) {
    let timeouts = HTTPTimeouts(seconds: patience)
    let sinks = SinkBox()
    let response = try await Retrying(clock: PatientClock()).run { _ throws(HubError) in
      let sink = RecordingSink(limit: file.count)
      sinks.last = sink
      return try await transport.download(HTTPRequest(.get, server.url("/file"), timeouts: timeouts), into: sink)
    }
    if let error = HubErrorMapping.error(for: response) { throw error }
    guard sinks.last?.bytes == file else { throw HubError(.integrity(expected: "the file", got: "other bytes")) }
  }

  /// The sink of the last attempt.
  private final class SinkBox { var last: RecordingSink? }

  @Test func `a host that refuses connections is soon given up`() async throws {
    let server = try FaultServer(files: [:])
    server.stop()
    let clock = PatientClock()
    let error = await #expect(throws: HubError.self) {
      try await Retrying(clock: clock).run { _ throws(HubError) in
        try await CurlTransport().send(HTTPRequest(.get, server.url()))
      }
    }
    #expect(error?.code == .network)
    #expect(clock.sleeps.count == 2)
  }

  @Test func `a write is sent once, even when the connection was open before`() async throws {
    let server = try FaultServer { _ in Answer() }
    let (transport, retrying) = (CurlTransport(), Retrying(clock: PatientClock()))
    for body in [HTTPBody.none, .bytes([1, 2, 3])] {
      _ = try await transport.send(HTTPRequest(.get, server.url("/warm")))
      server.inject(.close, times: 1) { $0.method == "POST" }
      var request = HTTPRequest(.post, server.url("/commit"), body: body)
      await expect(.uncertain) { try await transport.exchange(request, retrying: retrying) }
      #expect(server.requests.last?.path == "/commit")
      let count = server.requests.count
      // What only asks may be asked again.
      request.isIdempotent = true
      server.inject(.close, times: 1) { $0.method == "POST" }
      #expect(try await transport.exchange(request, retrying: retrying).status == 200)
      #expect(server.requests.count == count + 2)
    }
    #expect(server.requests.filter { $0.method == "POST" }.count == 6)
  }

  @Test func `after an ambiguous length the connection is not used again`() async throws {
    let server = try FaultServer(files: ["/file": Self.file])
    server.inject(.lengthAndChunks, times: 1)
    let transport = CurlTransport()
    for _ in 0..<2 { #expect(try await transport.send(HTTPRequest(.get, server.url("/file"))).body == Self.file) }
    #expect(server.connections == 2)
  }

  @Test func `a buffered answer is bounded, before and after expansion`() async throws {
    let server = try FaultServer(files: ["/": Array(repeating: 0, count: 3000)])
    await expect(.limitExceeded) {
      try await CurlTransport().send(HTTPRequest(.get, server.url()), bodyLimit: 2999)
    }
    let gzip = try #require(Layout.program("gzip"))
    let bomb = try await Program(gzip, ["-9"], input: Array(repeating: 0, count: 10 << 20)).run().output
    server.inject(.encoded(as: "gzip", bomb))
    #expect(try await CurlTransport().send(HTTPRequest(.get, server.url())).body.count == 10 << 20)
    await expect(.limitExceeded) {
      try await CurlTransport().send(HTTPRequest(.get, server.url()), bodyLimit: 1 << 20)
    }
  }

  @Test func `an answer that is not compressed as it says is refused`() async throws {
    let server = try FaultServer(files: ["/": []])
    server.inject(.encoded(as: "gzip", Array("{}".utf8)))
    await expect(.protocolViolation) { try await CurlTransport().send(HTTPRequest(.get, server.url())) }
  }
}
