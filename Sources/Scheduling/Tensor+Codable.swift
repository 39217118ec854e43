extension Tensor: Codable {
  private enum CodingKeys: String, CodingKey { case shape, float32 }

  /// Writes the shape, and the elements as base 64 of their little-endian bytes: exact, compact, and safe for elements
  /// that are not numbers, which JSON has no word for.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(shape, forKey: .shape)
    let bytes = elements.flatMap { element in (0..<4).map { UInt8(truncatingIfNeeded: element.bitPattern >> ($0 * 8)) }
    }
    try container.encode(Base64.encode(bytes), forKey: .float32)
  }

  /// Reads what ``encode(to:)`` wrote.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let shape = try container.decode([Int].self, forKey: .shape)
    guard let bytes = Base64.decode(try container.decode(String.self, forKey: .float32)), bytes.count % 4 == 0 else {
      throw DecodingError.dataCorruptedError(forKey: .float32, in: container, debugDescription: "not base 64 of floats")
    }
    let elements = stride(from: 0, to: bytes.count, by: 4).map { start in
      Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(bytes[start + $1]) << ($1 * 8) })
    }
    try self.init(elements, shape: shape)
  }
}

/// Base 64 (RFC 4648, section 4).
enum Base64 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  static func encode(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << (8 * UInt32(3 - group.count))
      for digit in 0..<4 {
        text.append(digit <= group.count ? alphabet[Int(bits >> (18 - 6 * UInt32(digit)) & 63)] : UInt8(ascii: "="))
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  static func decode(_ text: String) -> [UInt8]? {
    let digits = text.utf8.prefix { $0 != UInt8(ascii: "=") }
    guard text.utf8.count % 4 == 0, text.utf8.count - digits.count < 3 else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(digits.count * 3 / 4)
    var (bits, width) = (UInt32(0), 0)
    for digit in digits {
      guard let value = values[digit] else { return nil }
      (bits, width) = (bits << 6 | value, width + 6)
      if width >= 8 {
        width -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(width)))
      }
    }
    return bytes
  }

  private static let values = Dictionary(uniqueKeysWithValues: zip(alphabet, UInt32(0)...))
}
