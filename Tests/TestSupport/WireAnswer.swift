/// An answer as the bytes and pauses that go over the wire.
struct WireAnswer {
  enum Step {
    case bytes([UInt8])
    case content(Answer.Content, Range<Int64>)
    /// Bytes one at a time, so many a second.
    case drip([UInt8], Double)
    case pause(Double)
    /// Nothing, until the client or the server has gone.
    case silence
    /// Bytes for as long as there is somebody to read them.
    case endless
    case end(reset: Bool)
  }

  var preamble: [Step] = []
  var statusLine: String
  var headers: [(name: String, value: String)]
  /// The announced lengths: one, unless a fault changes it.
  var lengths: [String]
  var headRate: Double?
  var body: [Step]
  var content: Answer.Content
  var range: Range<Int64>

  /// The correct answer to `request`.
  init(_ answer: Answer, to request: ReceivedRequest) {
    content = answer.content
    headers = answer.headers
    range = 0..<content.length
    statusLine = "HTTP/1.1 \(answer.status) -"
    if answer.status == 200, request.header("Range") != nil {
      if let asked = request.range(of: content.length) {
        range = asked
        statusLine = "HTTP/1.1 206 Partial Content"
        headers.append(("Content-Range", Self.contentRange(range, of: content.length)))
      } else {
        statusLine = "HTTP/1.1 416 Range Not Satisfiable"
        headers.append(("Content-Range", "bytes */\(content.length)"))
        content = .bytes([])
        range = 0..<0
      }
    }
    body = [.content(content, range)]
    lengths = answer.status == 204 || answer.status == 304 ? [] : ["\(range.count)"]
  }

  /// The steps, in order.
  func steps(isHead: Bool) -> [Step] {
    let lines = [statusLine] + headers.map { "\($0.name): \($0.value)" } + lengths.map { "Content-Length: \($0)" }
    let head = Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
    return preamble + [headRate.map { .drip(head, $0) } ?? .bytes(head)] + (isHead ? [] : body)
  }

  /// Sends `range` under a Content-Range that names `announced`.
  mutating func replaceRange(_ range: Range<Int64>, announced: Range<Int64>?, total: Int64? = nil) {
    self.range = range.clamped(to: 0..<content.length)
    statusLine = "HTTP/1.1 206 Partial Content"
    headers.removeAll { $0.name == "Content-Range" }
    if let announced { headers.append(("Content-Range", Self.contentRange(announced, of: total ?? content.length))) }
    lengths = ["\(self.range.count)"]
    body = [.content(content, self.range)]
  }

  /// Sends other bytes, and announces their number.
  mutating func replaceBody(_ bytes: [UInt8]) {
    (lengths, body) = (["\(bytes.count)"], [.bytes(bytes)])
  }

  var bytes: [UInt8] { content.bytes(range) }

  static func contentRange(_ range: Range<Int64>, of total: Int64) -> String {
    "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(total)"
  }
}
