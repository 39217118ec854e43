public import Foundation

/// An answer without its body.
public struct HTTPResponseHead: Sendable, Hashable {
  /// The status code, 200 to 599.
  public var status: Int
  /// The header fields.
  public var headers: HTTPHeaders
  /// The URL that answered: the last one after redirects.
  public var url: URL

  /// An answer's head.
  public init(status: Int, headers: HTTPHeaders, url: URL) {
    (self.status, self.headers, self.url) = (status, headers, url)
  }

  /// Whether the body is the one asked for: 200, or 206 for a range of it.
  public var isContent: Bool { status == 200 || status == 206 }

  /// The announced length of the body, if it is announced.
  ///
  /// For an answer to HEAD it is that of the body GET would have. The transport has refused lengths that are not
  /// decimal numbers, that do not fit 63 bits, and that contradict each other.
  public var contentLength: Int64? { headers["Content-Length"].flatMap { Int64($0) } }

  /// The identity that the hub gave to the request, to quote to its operators.
  public var requestID: String? {
    ["X-Request-Id", "X-Amzn-Trace-Id", "X-Amz-Cf-Id"].lazy.compactMap { headers[$0] }.first
  }
}

/// An answer.
public struct HTTPResponse: Sendable, Hashable {
  /// Everything but the body.
  public var head: HTTPResponseHead
  /// The body: all of it from `send`; from `download` only that of an answer other than 200 and 206, and of an answer
  /// of 300 or more no more than ``errorBodyLimit`` bytes.
  public var body: [UInt8]

  /// How much of a refusal or a redirect is read, in bytes.
  public static let errorBodyLimit = 64 << 10

  /// An answer.
  public init(head: HTTPResponseHead, body: [UInt8] = []) { (self.head, self.body) = (head, body) }

  /// The status code.
  public var status: Int { head.status }
  /// The header fields.
  public var headers: HTTPHeaders { head.headers }
  /// The URL that answered.
  public var url: URL { head.url }
}

/// The part of a file that a 206 answer carries: `Content-Range: bytes FIRST-LAST/TOTAL` (RFC 9110, section 14.4).
public struct ContentRange: Sendable, Hashable {
  /// The bytes, by offset.
  public let bytes: Range<Int64>
  /// The length of the whole file, if the server says it.
  public let total: Int64?

  /// Reads the header's value.
  ///
  /// - Returns: `nil` for another unit, several ranges, an unsatisfied range (`*/TOTAL`), and for numbers that are not
  ///   in order.
  public init?(header: String) {
    let words = header.split(separator: " ", maxSplits: 1)
    guard words.count == 2, words[0].lowercased() == "bytes" else { return nil }
    let parts = words[1].split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2 else { return nil }
    let ends = parts[0].split(separator: "-", omittingEmptySubsequences: false).map(Self.number)
    guard ends.count == 2, let first = ends[0], let last = ends[1], first <= last, last < .max else { return nil }
    total = Self.number(parts[1])
    guard parts[1] == "*" || total.map({ last < $0 }) == true else { return nil }
    bytes = first..<(last + 1)
  }

  private static func number(_ text: Substring) -> Int64? {
    text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int64(text) : nil
  }
}
