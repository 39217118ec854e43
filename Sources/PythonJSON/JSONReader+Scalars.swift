// Numbers and strings.
extension JSONReader {
  /// `-? (0 | [1-9][0-9]*) (\.[0-9]+)? ([eE][+-]?[0-9]+)?`, or `-Infinity`.
  mutating func number() throws(JSONError) -> JSONValue {
    let start = position
    if take("-"), take("Infinity") { return .double(-.infinity) }
    if !take("0") { try digits() }
    let isInteger = try !fraction()
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    guard isInteger else {
      // The grammar of JSON is a part of Double's.
      return .double(Double(text)!)
    }
    if let value = Int(text) { return .integer(value) }
    guard text.utf8.count <= Self.longestInteger else {
      throw failure(.limit, "an integer of more than \(Self.longestInteger) digits", at: start)
    }
    return .bigInteger(text)
  }

  /// Where Python stops too (`sys.int_info.default_max_str_digits`).
  private static let longestInteger = 4300

  /// Whether a fraction or an exponent follows; a point without digits belongs to nothing.
  private mutating func fraction() throws(JSONError) -> Bool {
    let start = position
    if take(".") { try digits() }
    if take("e") || take("E") {
      _ = take("+") || take("-")
      try digits()
    }
    return position > start
  }

  private mutating func digits() throws(JSONError) {
    let start = position
    while let byte = peek, Self.digits.contains(byte) { position += 1 }
    guard position > start else { throw unexpected("a digit") }
  }

  /// A string, from its opening to its closing quote.
  mutating func string() throws(JSONError) -> String {
    position += 1
    var text = try plainText()
    while !take("\"") {
      guard take("\\") else { throw unexpected("a character of a string or \"\"\"") }
      text.unicodeScalars.append(try escape())
      text += try plainText()
    }
    return text
  }

  /// Text up to a quote, a backslash or a control character.
  private mutating func plainText() throws(JSONError) -> String {
    let start = position
    while let byte = peek, byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") { position += 1 }
    if let text = String(validating: bytes[start..<position], as: UTF8.self) { return text }
    throw failure(.encoding, "a byte that is not UTF-8; save the text as UTF-8", at: firstInvalid(from: start))
  }

  /// The offset of the first byte of this run that cannot be UTF-8.
  private func firstInvalid(from start: Int) -> Int {
    var (iterator, parser) = (bytes[start..<position].makeIterator(), UTF8.ForwardParser())
    var offset = start
    while case .valid(let scalar) = parser.parseScalar(from: &iterator) { offset += scalar.count }
    return offset
  }

  /// What a backslash stands for, after it.
  private mutating func escape() throws(JSONError) -> Unicode.Scalar {
    let start = position - 1
    guard let byte = peek else { throw unexpected("an escape") }
    guard byte != UInt8(ascii: "u") else { return try unicodeEscape(start) }
    guard let scalar = Self.escapes[byte] else { throw unexpected("one of \"\\/bfnrtu after a backslash") }
    position += 1
    return scalar
  }

  private static let escapes: [UInt8: Unicode.Scalar] = [
    UInt8(ascii: "\""): "\"", UInt8(ascii: "\\"): "\\", UInt8(ascii: "/"): "/", UInt8(ascii: "b"): "\u{8}",
    UInt8(ascii: "f"): "\u{C}", UInt8(ascii: "n"): "\n", UInt8(ascii: "r"): "\r", UInt8(ascii: "t"): "\t",
  ]

  /// `uXXXX`, twice for a scalar beyond the first plane.
  private mutating func unicodeEscape(_ start: Int) throws(JSONError) -> Unicode.Scalar {
    let first = try codeUnit()
    guard first != 0 else { throw failure(.encoding, "a NUL in a string", at: start) }
    if let scalar = Unicode.Scalar(first) { return scalar }
    if first < 0xDC00, bytes[position...].starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "u")]) {
      position += 1
      let second = try codeUnit()
      if second >= 0xDC00, second < 0xE000 {
        let (high, low) = (UInt32(first - 0xD800), UInt32(second - 0xDC00))
        // A pair of surrogates stands for 10000 to 10FFFF, all of them scalars.
        return Unicode.Scalar(0x10000 + high << 10 + low)!
      }
    }
    throw failure(.encoding, "half a surrogate pair in a string", at: start)
  }

  private mutating func codeUnit() throws(JSONError) -> UInt16 {
    position += 1
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw unexpected("four hexadecimal digits after \\u")
      }
      unit = unit << 4 | UInt16(digit)
      position += 1
    }
    return unit
  }
}
