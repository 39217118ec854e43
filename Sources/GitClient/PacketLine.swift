import HubModel

/// One line of git's protocol: its length in four hexadecimal digits, then what it says (gitprotocol-common,
/// "pkt-line Format").
enum PacketLine: Hashable, Sendable {
  /// Bytes, a text with or without its line end; up to ``maximumLength`` less the four digits.
  case data([UInt8])
  /// `0000`, the end of a message.
  case flush
  /// `0001`, the end of a section (gitprotocol-v2).
  case delimiter
  /// `0002`, the end of an answer on a connection that stays open (gitprotocol-v2).
  case responseEnd

  /// The longest line, its digits included, in bytes (git's `LARGE_PACKET_MAX`).
  static let maximumLength = 65520

  /// A line with a text, and the line end that git puts behind it.
  static func text(_ text: String) -> PacketLine { .data(Array((text + "\n").utf8)) }

  /// The text without its line end, if the line has one; bytes that are not UTF-8 are replaced.
  var text: String? {
    guard case .data(let bytes) = self else { return nil }
    let text = bytes.last == UInt8(ascii: "\n") ? bytes.dropLast() : bytes[...]
    return String(decoding: text, as: UTF8.self)
  }

  /// The line as it is sent.
  ///
  /// - Precondition: It is not longer than ``maximumLength``.
  var bytes: [UInt8] {
    switch self {
    case .flush: Array("0000".utf8)
    case .delimiter: Array("0001".utf8)
    case .responseEnd: Array("0002".utf8)
    case .data(let content): Self.digits(content.count + 4) + content
    }
  }

  private static func digits(_ length: Int) -> [UInt8] {
    precondition(length <= maximumLength, "a packet line of \(length) bytes")
    let text = String(length, radix: 16)
    return Array((String(repeating: "0", count: 4 - text.utf8.count) + text).utf8)
  }
}

extension [PacketLine] {
  /// The lines as they are sent.
  var bytes: [UInt8] { flatMap(\.bytes) }
}

/// Cuts bytes that arrive in pieces of any length into lines. Holds a line and the last piece, and no more.
struct PacketReader {
  private var buffer: [UInt8] = []
  private var position = 0

  /// A reader at the beginning of a message.
  init() {}

  /// A reader of all of `bytes`.
  init(_ bytes: [UInt8]) { buffer = bytes }

  /// Takes the next piece.
  mutating func append(_ piece: some Collection<UInt8>) {
    buffer.removeSubrange(..<position)
    position = 0
    buffer.append(contentsOf: piece)
  }

  /// The next line, or `nil` if it is not complete yet.
  ///
  /// - Throws: `protocolViolation` for a length that is not four hexadecimal digits, that is 3, or that is beyond
  ///   ``PacketLine/maximumLength``.
  mutating func next() throws(HubError) -> PacketLine? {
    guard buffer.count - position >= 4 else { return nil }
    let length = try Self.length(buffer[position..<position + 4])
    switch length {
    case 0...2:
      position += 4
      return [.flush, .delimiter, .responseEnd][length]
    default:
      guard buffer.count - position >= length else { return nil }
      defer { position += length }
      return .data(Array(buffer[position + 4..<position + length]))
    }
  }

  /// Whether nothing is left.
  var isAtEnd: Bool { position == buffer.count }

  /// The next line of a message that has arrived as a whole.
  ///
  /// - Returns: `nil` at the end.
  /// - Throws: `protocolViolation`, also for a line that is cut short; `repository` with the server's words for a line
  ///   that reports an error (`ERR`, gitprotocol-pack).
  mutating func nextOfWhole() throws(HubError) -> PacketLine? {
    guard let line = try next() else {
      guard isAtEnd else { throw HubError(.protocolViolation("a git message that is cut short")) }
      return nil
    }
    try line.throwIfError()
    return line
  }

  private static func length(_ digits: ArraySlice<UInt8>) throws(HubError) -> Int {
    let isNumber = digits.allSatisfy(Unicode.Scalar.isHexDigit)
    guard isNumber, let length = Int(String(decoding: digits, as: UTF8.self), radix: 16), length != 3,
      length <= PacketLine.maximumLength
    else {
      throw HubError(.protocolViolation("'\(String(decoding: digits, as: UTF8.self))' is no length of a git message"))
    }
    return length
  }
}

extension PacketLine {
  /// Throws the server's words if it reports an error in place of what was asked.
  func throwIfError() throws(HubError) {
    guard case .data(let bytes) = self, bytes.starts(with: "ERR ".utf8), let text else { return }
    throw HubError(.repository(reason: "the server reports an error"), context: .init(serverMessage: String(text.dropFirst(4))))
  }
}

extension Unicode.Scalar {
  /// Whether the byte is a hexadecimal digit; `Int(_:radix:)` would also take a sign.
  fileprivate static func isHexDigit(_ byte: UInt8) -> Bool {
    let lowercase = byte | 0x20
    return (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(lowercase)
  }
}
