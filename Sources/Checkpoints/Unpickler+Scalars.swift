// Numbers and texts.
extension Unpickler {
  /// The value of an instruction for a number, a boolean or None.
  mutating func number(_ opcode: PickleOpcode) throws(Flaw) -> PickleValue {
    switch opcode {
    case .newTrue: return .bool(true)
    case .newFalse: return .bool(false)
    case .binInt: return .integer(Int(Int32(truncatingIfNeeded: try reader.number(4))))
    case .binInt1: return .integer(Int(try reader.number(1)))
    case .binInt2: return .integer(Int(try reader.number(2)))
    case .long1: return Self.integer(try reader.bytes(try reader.number(1)))
    case .long4:
      let count = try reader.number(4)
      guard count <= 1024 else { throw Flaw("its pickle has an integer of \(count) bytes") }
      return Self.integer(try reader.bytes(count))
    case .int, .long: return try decimal()
    case .binFloat:
      try reader.skip(8)
      return .float
    case .float:
      guard Double(try reader.line()) != nil else { throw Flaw("its pickle has a wrong number") }
      return .float
    default: return .none
    }
  }

  /// An integer in two's complement, the lowest byte first.
  private static func integer(_ bytes: [UInt8]) -> PickleValue {
    guard bytes.count <= 8 else { return .long(bytes) }
    let isNegative = (bytes.last ?? 0) >= 0x80
    let filled = bytes + [UInt8](repeating: isNegative ? 0xFF : 0, count: 8 - bytes.count)
    return .integer(Int(Int64(bitPattern: littleEndian(filled[...]))))
  }

  /// An integer, or a boolean as protocol 1 writes it.
  private mutating func decimal() throws(Flaw) -> PickleValue {
    var line = try reader.line()
    if line == "00" || line == "01" { return .bool(line == "01") }
    if line.last == "L" { line.removeLast() }
    guard let value = Int(line) else { throw Flaw("its pickle has a wrong number") }
    return .integer(value)
  }

  /// The value of an instruction for text or bytes. What `str` was in Python 2 is text.
  mutating func text(_ opcode: PickleOpcode) throws(Flaw) -> PickleValue {
    switch opcode {
    case .string, .unicode: return .text(try reader.line())
    case .shortBinString, .shortBinUnicode: return .text(try reader.text(try reader.number(1)))
    case .binString, .binUnicode: return .text(try reader.text(try reader.number(4)))
    case .binUnicode8: return .text(try reader.text(try reader.number(8)))
    case .shortBinBytes: try reader.skip(try reader.number(1))
    case .binBytes: try reader.skip(try reader.number(4))
    default: try reader.skip(try reader.number(8))
    }
    return .bytes
  }
}
