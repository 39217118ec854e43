/// A reader of one JSON text: recursive descent, no deeper than its limit.
struct JSONReader {
  static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
  static let digits = UInt8(ascii: "0")...UInt8(ascii: "9")

  let bytes: [UInt8]
  let limits: JSONLimits
  var position = 0
  private var depth = 0
  private var elements = 0

  init(_ bytes: [UInt8], limits: JSONLimits) throws(JSONError) {
    (self.bytes, self.limits) = (bytes, limits)
    guard bytes.count <= limits.bytes else {
      throw failure(.limit, "the text has \(bytes.count) bytes, more than the limit of \(limits.bytes)", at: 0)
    }
    if let other = Self.otherEncoding(of: bytes) {
      throw failure(.encoding, "the text is in \(other); save it as UTF-8", at: 0)
    }
    if bytes.starts(with: Self.byteOrderMark) { position = 3 }
  }

  /// UTF-16 and UTF-32, told by their marks, or by a zero in the first two bytes, which no JSON in UTF-8 has.
  private static func otherEncoding(of bytes: [UInt8]) -> String? {
    switch bytes.prefix(4) {
    case [0xFF, 0xFE, 0, 0], [0, 0, 0xFE, 0xFF]: "UTF-32"
    case let start where start.starts(with: [0xFF, 0xFE]) || start.starts(with: [0xFE, 0xFF]): "UTF-16"
    case let start where start.count > 1 && start.prefix(2).contains(0) && start.contains { $0 > 0 }:
      start.count { $0 == 0 } > 2 ? "UTF-32" : "UTF-16"
    default: nil
    }
  }

  /// The whole text: one value, and nothing after it.
  mutating func document() throws(JSONError) -> JSONValue {
    let result = try value()
    skipWhitespace()
    guard position == bytes.count else { throw unexpected("the end of the text") }
    return result
  }

  private mutating func value() throws(JSONError) -> JSONValue {
    skipWhitespace()
    switch peek {
    case UInt8(ascii: "{"): return try nested { (reader) throws(JSONError) in try reader.object() }
    case UInt8(ascii: "["): return try nested { (reader) throws(JSONError) in try reader.array() }
    case UInt8(ascii: "\""): return .string(try string())
    case let byte? where byte == UInt8(ascii: "-") || Self.digits.contains(byte): return try number()
    default: return try word()
    }
  }

  /// Reads a container, one level deeper.
  private mutating func nested(
    _ container: (inout JSONReader) throws(JSONError) -> JSONValue
  ) throws(JSONError) -> JSONValue {
    guard depth < limits.depth else {
      throw failure(.limit, "arrays and objects nested more than \(limits.depth) deep", at: position)
    }
    depth += 1
    defer { depth -= 1 }
    position += 1
    return try container(&self)
  }

  private mutating func array() throws(JSONError) -> JSONValue {
    var values: [JSONValue] = []
    skipWhitespace()
    if take("]") { return .array(values) }
    while true {
      try countElement()
      values.append(try value())
      skipWhitespace()
      if take("]") { return .array(values) }
      guard take(",") else { throw unexpected("\",\" or \"]\"") }
    }
  }

  private mutating func object() throws(JSONError) -> JSONValue {
    var members = JSONObject()
    skipWhitespace()
    if take("}") { return .object(members) }
    while true {
      try countElement()
      skipWhitespace()
      guard peek == UInt8(ascii: "\"") else { throw unexpected("a key in double quotes") }
      let key = try string()
      skipWhitespace()
      guard take(":") else { throw unexpected("\":\"") }
      members[key] = try value()
      skipWhitespace()
      if take("}") { return .object(members) }
      guard take(",") else { throw unexpected("\",\" or \"}\"") }
    }
  }

  private mutating func countElement() throws(JSONError) {
    elements += 1
    guard elements <= limits.elements else {
      throw failure(.limit, "more than \(limits.elements) elements and members", at: position)
    }
  }

  private static let words: [(text: StaticString, value: JSONValue)] = [
    ("null", .null), ("true", .bool(true)), ("false", .bool(false)), ("NaN", .double(.nan)),
    ("Infinity", .double(.infinity)),
  ]

  private mutating func word() throws(JSONError) -> JSONValue {
    for word in Self.words where take(word.text) { return word.value }
    throw unexpected("a value")
  }
}

// What all parts of the grammar need.
extension JSONReader {
  /// The byte at the position, or `nil` at the end.
  var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  /// Goes past `text` if it stands here.
  mutating func take(_ text: StaticString) -> Bool {
    let matches = text.withUTF8Buffer { bytes[position...].starts(with: $0) }
    if matches { position += text.utf8CodeUnitCount }
    return matches
  }

  mutating func skipWhitespace() {
    while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  func failure(_ kind: JSONError.Kind, _ problem: String, at offset: Int) -> JSONError {
    JSONError(kind, problem, at: offset, of: bytes)
  }

  /// Something else stands here than what was expected.
  func unexpected(_ expectation: String) -> JSONError {
    guard let byte = peek else { return failure(.syntax, "expected \(expectation), found the end", at: position) }
    let isPrintable = byte > 0x20 && byte < 0x7F
    let found = isPrintable ? "\"\(Unicode.Scalar(byte))\"" : "the byte 0x\(String(byte, radix: 16))"
    return failure(.syntax, "expected \(expectation), found \(found)", at: position)
  }
}
