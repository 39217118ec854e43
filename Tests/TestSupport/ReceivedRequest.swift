import Foundation

/// A request as it arrived at a ``FaultServer``.
public struct ReceivedRequest: Sendable {
  /// Its number among all requests of the server, from 0.
  public let number: Int
  /// The number of its connection, from 0.
  public let connection: Int
  /// The method.
  public let method: String
  /// The target as sent: path and query, percent-encoded.
  public let target: String
  /// The header fields in order, names as sent.
  public let headers: [(name: String, value: String)]
  /// The body, without the chunks' framing.
  public let body: [UInt8]

  /// The path without the query.
  public var path: String { String(target.prefix { $0 != "?" }) }

  /// The value of the first header called `name`, in any case.
  public func header(_ name: String) -> String? {
    headers.first { $0.name.lowercased() == name.lowercased() }?.value
  }

  /// Whether `text` occurs anywhere in the request, in the target, a header or the body; also as base64.
  public func contains(_ text: String) -> Bool {
    let fields = headers.map { "\($0.name): \($0.value)" }
    let everything = ([target, String(decoding: body, as: UTF8.self)] + fields).joined(separator: "\n")
    if everything.contains(text) { return true }
    let basic = header("Authorization")?.split(separator: " ").last.flatMap { Data(base64Encoded: String($0)) }
    return basic.map { String(decoding: $0, as: UTF8.self).contains(text) } ?? false
  }

  /// The bytes that a `Range: bytes=` header asks for out of `length`, or `nil` if there is none or it makes no sense.
  func range(of length: Int64) -> Range<Int64>? {
    guard let text = header("Range"), text.hasPrefix("bytes=") else { return nil }
    let ends = text.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
    guard ends.count == 2 else { return nil }
    switch (Int64(ends[0]), Int64(ends[1])) {
    case (let first?, let last?) where first <= last && first < length: return first..<min(last + 1, length)
    case (let first?, nil) where first < length: return first..<length
    case (nil, let suffix?) where suffix > 0: return max(0, length - suffix)..<length
    default: return nil
    }
  }
}

/// Reads requests from one connection.
struct RequestReader {
  private let socket: Socket
  private var buffer: [UInt8] = []

  init(_ socket: Socket) { self.socket = socket }

  /// The next request, or `nil` when the client is done or does not speak HTTP.
  mutating func next(connection: Int, number: () -> Int) -> ReceivedRequest? {
    guard let head = take(through: [13, 10, 13, 10]) else { return nil }
    let lines = String(decoding: head, as: UTF8.self).components(separatedBy: "\r\n")
    let words = lines[0].split(separator: " ").map(String.init)
    guard words.count == 3 else { return nil }
    let headers = lines.dropFirst().compactMap { line -> (name: String, value: String)? in
      guard let colon = line.firstIndex(of: ":") else { return nil }
      return (String(line[..<colon]), line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces))
    }
    func value(_ name: String) -> String? { headers.first { $0.name.lowercased() == name }?.value }
    if value("expect")?.lowercased() == "100-continue" {
      guard socket.write(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)) else { return nil }
    }
    let isChunked = value("transfer-encoding")?.lowercased() == "chunked"
    guard let body = isChunked ? takeChunks() : take(Int(value("content-length") ?? "0") ?? 0) else { return nil }
    return ReceivedRequest(
      number: number(), connection: connection, method: words[0], target: words[1], headers: headers, body: body)
  }

  private mutating func takeChunks() -> [UInt8]? {
    var body: [UInt8] = []
    while let line = take(through: [13, 10]) {
      guard let count = Int(String(decoding: line.dropLast(2), as: UTF8.self), radix: 16) else { return nil }
      guard let chunk = take(count + 2) else { return nil }
      if count == 0 { return body }
      body += chunk.dropLast(2)
    }
    return nil
  }

  private mutating func take(_ count: Int) -> [UInt8]? {
    while buffer.count < count {
      guard let more = socket.read() else { return nil }
      buffer += more
    }
    defer { buffer.removeFirst(count) }
    return Array(buffer.prefix(count))
  }

  private mutating func take(through end: [UInt8]) -> [UInt8]? {
    var searched = 0
    while true {
      var index = max(0, searched - end.count)
      while index + end.count <= buffer.count {
        if buffer[index..<(index + end.count)].elementsEqual(end) { return take(index + end.count) }
        index += 1
      }
      searched = buffer.count
      guard let more = socket.read() else { return nil }
      buffer += more
    }
  }
}
