extension Fault {
  /// Breaks `answer`, which was right for `request`.
  func apply(to answer: inout WireAnswer, request: ReceivedRequest) {
    switch self {
    case .all(let faults): for fault in faults { fault.apply(to: &answer, request: request) }
    case .close: answer.preamble = [.end(reset: false)]
    case .reset: answer.preamble = [.end(reset: true)]
    case .silent: answer.preamble = [.silence]
    case .delay(let seconds): answer.preamble = [.pause(seconds)]
    case .junk(let bytes): answer.preamble = [.bytes(bytes), .end(reset: false)]
    case .interim(let count):
      answer.preamble = Array(repeating: .bytes(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)), count: count)
    case .slowHead(let rate): answer.headRate = rate
    case .statusLine(let line): answer.statusLine = line
    case .manyHeaders(let count): for index in 0..<count { answer.headers.append(("X-Filler-\(index)", "value")) }
    case .longHeader(let count): answer.headers.append(("X-Long", String(repeating: "a", count: count)))
    case .nulInHeader: answer.headers.append(("X-Nul", "a\0b"))
    case .answer(let other): answer = WireAnswer(other, to: request)
    case .authorizationEcho:
      let message = "no entry for \(request.header("Authorization") ?? "nobody")"
      answer = WireAnswer(Answer(401, headers: ["X-Error-Message": message], text: message), to: request)
    default: if !applyToRange(&answer) { applyToBody(&answer) }
    }
  }

  private func applyToRange(_ answer: inout WireAnswer) -> Bool {
    let (range, whole) = (answer.range, 0..<answer.content.length)
    func shifted(by offset: Int64) -> Range<Int64> {
      max(0, range.lowerBound + offset)..<min(whole.upperBound, max(0, range.upperBound + offset))
    }
    switch self {
    case .ignoredRange:
      answer.replaceRange(whole, announced: nil)
      answer.statusLine = "HTTP/1.1 200 OK"
    case .lyingRange(let offset): answer.replaceRange(shifted(by: offset), announced: range)
    case .otherRange(let offset): answer.replaceRange(shifted(by: offset), announced: shifted(by: offset))
    case .wholeAs206: answer.replaceRange(whole, announced: whole)
    case .shortRange(let count):
      let short = range.lowerBound..<max(range.lowerBound + 1, range.upperBound - count)
      answer.replaceRange(short, announced: short)
    case .rangeWithoutHeader: answer.replaceRange(range, announced: nil)
    case .rangeTotalOff(let offset):
      answer.replaceRange(range, announced: range, total: answer.content.length + offset)
    case .unsatisfied:
      answer.statusLine = "HTTP/1.1 416 Range Not Satisfiable"
      answer.headers.append(("Content-Range", "bytes */\(answer.content.length)"))
      answer.replaceBody([])
    case .multipartRange:
      answer.replaceRange(range, announced: nil)
      answer.headers.append(("Content-Type", "multipart/byteranges; boundary=B"))
      let header = "--B\r\nContent-Range: \(WireAnswer.contentRange(range, of: whole.upperBound))\r\n\r\n"
      answer.replaceBody(Array(header.utf8) + answer.bytes + Array("\r\n--B--\r\n".utf8))
    default: return false
    }
    return true
  }

  private func applyToBody(_ answer: inout WireAnswer) {
    let (content, range) = (answer.content, answer.range)
    let length = Int64(range.count)
    func first(_ count: Int64) -> WireAnswer.Step {
      .content(content, range.lowerBound..<(range.lowerBound + min(count, length)))
    }
    switch self {
    case .drop(let count, let reset): answer.body = [first(count), .end(reset: reset)]
    case .stall(let count): answer.body = [first(count), .silence]
    case .drip(let rate): answer.body = [.drip(answer.bytes, rate)]
    case .lengthOff(let offset):
      answer.lengths = answer.lengths.compactMap { Int64($0) }.map { "\($0 + offset)" }
      answer.body.append(.end(reset: false))
    case .lengthText(let text): answer.lengths = [text]
    case .twoLengths(let offset): answer.lengths.append("\(length + offset)")
    case .noLength:
      answer.lengths = []
      answer.body.append(.end(reset: false))
    case .chunked(let kind): answer.sendChunks(kind)
    case .lengthAndChunks:
      answer.sendChunks(.valid)
      answer.lengths = ["\(length / 2)"]
    case .extraBytes(let count): answer.body.append(.bytes(Array(repeating: UInt8(ascii: "x"), count: count)))
    case .endless: (answer.lengths, answer.body) = ([], [first(length), .endless])
    case .corrupt(let offset):
      var bytes = answer.bytes
      bytes[offset] ^= 1
      answer.replaceBody(bytes)
    case .replaced(let bytes): answer.replaceBody(bytes)
    case .truncated(let count): answer.replaceBody(Array(answer.bytes.dropLast(Int(count))))
    case .lengthened(let count): answer.replaceBody(answer.bytes + Array(repeating: 0, count: count))
    case .encoded(let name, let bytes):
      answer.headers.append(("Content-Encoding", name))
      answer.replaceBody(bytes)
    default: preconditionFailure("a fault without an effect: \(self)")
    }
  }
}

extension WireAnswer {
  /// Frames the body as two chunks, right or wrong.
  mutating func sendChunks(_ kind: Fault.Chunks) {
    headers.append(("Transfer-Encoding", "chunked"))
    lengths = []
    let (all, half) = (bytes, range.count / 2)
    func size(_ count: Int) -> String { String(count, radix: 16) }
    func chunk(_ bytes: some Collection<UInt8>, size: String, end: String = "\r\n") -> Step {
      .bytes(Array((size + "\r\n").utf8) + Array(bytes) + Array(end.utf8))
    }
    let first = chunk(all[..<half], size: size(half))
    let second = chunk(all[half...], size: size(all.count - half))
    let last = Step.bytes(Array("0\r\n\r\n".utf8))
    body =
      switch kind {
      case .valid: [first, second, last]
      case .cut: [first, .end(reset: false)]
      case .badSize: [first, chunk(all[half...], size: "zz"), .end(reset: false)]
      case .hugeSize: [first, chunk(all[half...], size: "10000000000000000"), .end(reset: false)]
      case .negativeSize: [first, chunk(all[half...], size: "-1"), .end(reset: false)]
      case .noLineBreak: [chunk(all[..<half], size: size(half), end: ""), second, last, .end(reset: false)]
      case .noEnd: [first, second, .silence]
      }
  }
}
