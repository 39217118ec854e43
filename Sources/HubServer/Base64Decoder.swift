/// Decodes base64 (RFC 4648, section 4) that arrives in pieces; strictly, as what is guessed is not what was sent.
struct Base64Decoder: Sendable {
  /// Why a text is no base64.
  enum Flaw: Error { case character, padding }

  private var group: UInt32 = 0
  private var count = 0
  private var padding = 0
  private var isEscaped = false

  /// Decodes a piece and appends the bytes that are complete to `output`.
  ///
  /// In JSON a slash may be escaped; the text may be as it is there.
  mutating func decode(_ text: UnsafeRawBufferPointer, into output: inout [UInt8]) throws {
    output.reserveCapacity(output.count + text.count / 4 * 3 + 3)
    for byte in text {
      let value = Self.values[Int(byte)]
      if value < 64, padding == 0, !isEscaped || byte == UInt8(ascii: "/") {
        isEscaped = false
        group = group << 6 | UInt32(value)
        count += 1
        if count == 4 { flush(&output) }
      } else if byte == UInt8(ascii: "="), !isEscaped {
        try pad(&output)
      } else if byte == UInt8(ascii: "\\"), !isEscaped, padding == 0 {
        isEscaped = true
      } else {
        throw Flaw.character
      }
    }
  }

  /// - Throws: `padding` if the text ends in the middle of a group of four.
  mutating func finish() throws {
    guard count == 0, !isEscaped else { throw Flaw.padding }
    padding = 0
  }

  private mutating func pad(_ output: inout [UInt8]) throws {
    guard count >= 2, padding < 2 else { throw Flaw.padding }
    padding += 1
    group <<= 6
    count += 1
    guard count == 4 else { return }
    // Bits that no byte takes up must be zero, so that each content has one text.
    guard group & (padding == 2 ? 0xFFFF : 0xFF) == 0 else { throw Flaw.padding }
    flush(&output)
  }

  private mutating func flush(_ output: inout [UInt8]) {
    output.append(UInt8(truncatingIfNeeded: group >> 16))
    if padding < 2 { output.append(UInt8(truncatingIfNeeded: group >> 8)) }
    if padding < 1 { output.append(UInt8(truncatingIfNeeded: group)) }
    (group, count) = (0, 0)
  }

  private static let values: [UInt8] = {
    var values = [UInt8](repeating: 255, count: 256)
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    for (value, byte) in alphabet.utf8.enumerated() { values[Int(byte)] = UInt8(value) }
    return values
  }()
}
