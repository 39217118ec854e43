import Foundation
import HubModel

/// Collects the lines of an answer's head as libcurl hands them over, and refuses what libcurl lets pass.
///
/// libcurl 7.88 takes the last of two Content-Length headers, accepts a length of 24 digits, reads any number of
/// interim answers, and reports success for 204 and 304 to a plain GET. Each of these would later look like a shorter
/// file.
struct ResponseHeadReader {
  /// The bound on all lines of one answer together, interim answers and trailers included, in bytes.
  static let maximumLength = 300 << 10
  /// The bound on the fields of one head.
  static let maximumCount = 1000

  private let method: HTTPMethod
  private let isConditional: Bool
  private let isRange: Bool
  private let url: URL
  private var status = 0
  private var headers = HTTPHeaders()
  private var length = 0
  private(set) var head: HTTPResponseHead?

  init(_ request: HTTPRequest) {
    (method, url, isConditional) = (request.method, request.url, request.isConditional)
    isRange = request.headers["Range"] != nil
  }

  /// Takes one line with its line break.
  ///
  /// - Returns: The head, with the empty line that ends it.
  mutating func take(_ line: UnsafeRawBufferPointer) throws(HubError) -> HTTPResponseHead? {
    length += line.count
    if length > Self.maximumLength { throw HubError(.limitExceeded("a head of more than \(Self.maximumLength) bytes")) }
    guard head == nil else { return nil }  // A trailer.
    let text = Self.text(line)
    if text.isEmpty { return try finish() }
    if text.hasPrefix("HTTP/") {
      (status, headers) = (try Self.status(text), HTTPHeaders())
    } else if let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) {
      guard headers.fields.count < Self.maximumCount else {
        throw HubError(.limitExceeded("a head of more than \(Self.maximumCount) fields"))
      }
      headers.append(text[..<colon].trimmed, text[text.utf8.index(after: colon)...].trimmed)
    }
    return nil
  }

  private mutating func finish() throws(HubError) -> HTTPResponseHead? {
    if (102..<200).contains(status) || status == 100 { return nil }
    try check()
    head = HTTPResponseHead(status: status, headers: headers, url: url)
    return head
  }

  private func check() throws(HubError) {
    let lengths = headers.values("Content-Length")
    if lengths.count > 1 { throw TransportFailure(.malformed, "the answer has two lengths").error }
    if let length = lengths.first, !length.utf8.allSatisfy(\.isDigit) || Int64(length) == nil {
      throw TransportFailure(.malformed, "the length '\(length)' is not a number of bytes").error
    }
    let surprise =
      switch status {
      case 200..<204, 205, 207..<304, 305..<600: false
      case 204: method == .get || method == .head
      case 206: !isRange
      case 304: !isConditional
      default: true
      }
    if surprise { throw TransportFailure(.malformed, "\(status) is no answer to this \(method.rawValue)").error }
  }

  /// Whether the head announces a length and chunks both: chunks count, and the connection is not used again, as the
  /// two ends may disagree on where the body stops (RFC 9112, section 6.3).
  var isAmbiguous: Bool { headers["Content-Length"] != nil && headers["Transfer-Encoding"] != nil }

  private static func status(_ line: String) throws(HubError) -> Int {
    let words = line.split(separator: " ", maxSplits: 2)
    guard words.count > 1, words[1].utf8.count == 3, let status = Int(words[1]), status >= 100 else {
      throw TransportFailure(.malformed, "the status line '\(line.prefix(80))' has no status").error
    }
    return status
  }

  /// The line without its line break; bytes that are not UTF-8 are taken for Latin-1, as HTTP/1 had it.
  private static func text(_ line: UnsafeRawBufferPointer) -> String {
    var bytes = line[...]
    while let last = bytes.last, last == 0x0D || last == 0x0A { bytes = bytes.dropLast() }
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    return String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
  }
}

extension StringProtocol {
  /// Without the spaces and tabs at both ends (RFC 9110's optional white space).
  var trimmed: String {
    let bytes = Substring(self).utf8.drop { $0 == 0x20 || $0 == 0x09 }
    guard let last = bytes.lastIndex(where: { $0 != 0x20 && $0 != 0x09 }) else { return "" }
    return String(Substring(bytes[...last]))
  }
}

extension UInt8 {
  var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}
