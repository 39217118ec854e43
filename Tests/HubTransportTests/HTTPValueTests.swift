import Foundation
import HubModel
import Testing

@testable import HubTransport

@Suite struct HTTPValueTests {
  @Test func `header names are the same in any case`() {
    var headers: HTTPHeaders = ["ETag": "a", "Link": "1", "LINK": "2"]
    #expect(headers["etag"] == "a")
    #expect(headers.values("link") == ["1", "2"])
    headers["link"] = "3"
    #expect(headers.values("Link") == ["3"])
    headers["ETAG"] = nil
    #expect(headers["ETag"] == nil)
  }

  @Test(
    arguments: [
      ("bytes 0-0/1", 0..<1, 1), ("bytes 5-9/100", 5..<10, 100), ("bytes 5-9/*", 5..<10, nil),
      ("Bytes 5-9/10", 5..<10, 10),
    ] as [(String, Range<Int64>, Int64?)]) func `a content range is read`(
      text: String, bytes: Range<Int64>, total: Int64?
    ) throws
  {
    let range = try #require(ContentRange(header: text))
    #expect(range.bytes == bytes)
    #expect(range.total == total)
  }

  @Test(arguments: [
    "", "bytes", "bytes */10", "bytes 9-5/10", "bytes 5-10/10", "bytes -5/10", "bytes 5-/10", "lines 0-1/2",
    "bytes 0-1",
    "bytes 0-1/x", "bytes +0-1/2", "bytes 0-9223372036854775807/*", "bytes 0-99999999999999999999/*", "bytes 0-1-2/3",
  ]) func `what is no content range is nothing`(text: String) { #expect(ContentRange(header: text) == nil) }

  @Test(arguments: ["A\r\nB: c", "", "a b", "a:b", "ü"]) func `a header name cannot begin another line`(
    name: String
  ) throws {
    try refuses(name, "value")
  }

  @Test(arguments: ["a\r\nB: c", "a\nb", "a\0b", "a\u{7F}"]) func `a header value cannot begin another line`(
    value: String
  ) throws {
    try refuses("Name", value)
  }

  private func refuses(_ name: String, _ value: String) throws {
    var headers = HTTPHeaders()
    headers.append(name, value)
    let url = try parsed("http://h/")
    let request = HTTPRequest(.get, url, headers: headers)
    let origin = try request.checkedOrigin()
    let error = #expect(throws: HubError.self) { try request.headerLines(defaults: [:], origin: origin) }
    #expect(error?.code == .invalidArgument)
  }

  @Test(arguments: [
    ("https://hub/x", "https://hub", "Bearer hf_a"), ("https://hub:443/", "https://hub", "Bearer hf_a"),
    ("http://hub/", "https://hub", nil), ("https://hub:444/", "https://hub", nil), ("https://cdn/", "https://hub", nil),
    ("https://hub.evil/", "https://hub", nil),
  ]) func `a token goes to its own origin`(target: String, home: String, expected: String?) throws {
    let origin = try #require(Origin(parsed(home)))
    let url = try parsed(target)
    let request = HTTPRequest(.get, url, token: try Token("hf_a").bound(to: origin))
    let lines = try request.headerLines(defaults: [:], origin: request.checkedOrigin())
    #expect(lines.first { $0.hasPrefix("Authorization") } == expected.map { "Authorization: \($0)" })
  }

  @Test(arguments: ["file:///etc/passwd", "ftp://h/", "http://u:secret@h/", "https://u@h/", "/relative"])
  func `a URL that is not for us is refused`(text: String) throws {
    let request = HTTPRequest(.get, try parsed(text))
    let error = #expect(throws: HubError.self) { try request.checkedOrigin() }
    #expect(error?.code == .invalidArgument)
    #expect(error?.explanation.contains("secret") == false)
  }

  @Test func `the user agent names program, package and origin`() {
    let agent = UserAgent(product: "dhub/1.0", environment: ["HF_HUB_USER_AGENT_ORIGIN": "ci\r\nX: y"])
    #expect(agent.description.hasPrefix("dhub/1.0; diffusion-hub/"))
    #expect(agent.description.hasSuffix("; origin/ciX: y"))
  }
}

@Suite struct ProgressWatchTests {
  enum Event: Sendable { case sent(Double), began(Double), received(Int, Double), rested }

  @Test(
    arguments: [
      // While connecting libcurl watches; a rest of the sink may take as long as it likes.
      ([], 1000, nil), ([.sent(0), .began(1), .rested], 1000, nil),
      // No head: counted from the last byte of the request.
      ([.sent(0)], 9, nil), ([.sent(0)], 11, "no answer"), ([.sent(0), .sent(8)], 17, nil),
      ([.sent(0), .sent(8)], 19, "no answer"),
      // A body: at least the rate over each window.
      ([.sent(0), .began(5)], 14, nil), ([.sent(0), .began(5)], 16, "no more than 0 bytes"),
      ([.sent(0), .began(0), .received(6000, 1)], 11, nil),
      ([.sent(0), .began(0), .received(100, 9)], 11, "no more than 100"),
      ([.began(0), .rested, .began(100), .received(1, 101)], 109, nil),
    ] as [([Event], Double, String?)]) func `each phase has its limit`(
      events: [Event], seconds: Double, expected: String?
    )
  {
    let start = ContinuousClock.now
    func at(_ seconds: Double) -> ContinuousClock.Instant { start + .seconds(seconds) }
    var watch = ProgressWatch(HTTPTimeouts(), start: start)
    for event in events {
      switch event {
      case .sent(let time): watch.sent(at: at(time))
      case .began(let time): watch.beganBody(at: at(time))
      case .received(let count, let time): watch.received(count, at: at(time))
      case .rested: watch.rested()
      }
    }
    let error = watch.overdue(at: at(seconds))
    #expect(error?.description.contains(expected ?? "") == (expected == nil ? nil : true))
    if expected != nil { #expect(error?.code == .timeout) }
  }

  @Test func `the total counts in every phase`() {
    let start = ContinuousClock.now
    var watch = ProgressWatch(HTTPTimeouts(total: 5), start: start)
    #expect(watch.overdue(at: start + .seconds(4)) == nil)
    #expect(watch.overdue(at: start + .seconds(6))?.code == .timeout)
  }
}
