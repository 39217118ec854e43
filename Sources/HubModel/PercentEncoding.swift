/// Percent-encoding of one component of a URL's path or of a form's field (RFC 3986, section 2).
public enum PercentEncoding {
  /// `text` with every byte escaped that is not unreserved; a slash is escaped too, as a revision's slashes are part of
  /// its name.
  public static func encode(_ text: String) -> String {
    var result = ""
    for byte in text.utf8 {
      if isUnreserved(byte) {
        result.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        let digits = String(byte, radix: 16, uppercase: true)
        result += byte < 16 ? "%0\(digits)" : "%\(digits)"
      }
    }
    return result
  }

  /// `path` with each of its components encoded and its slashes kept.
  public static func encode(path: String) -> String {
    path.pathComponents.map { encode(String($0)) }.joined(separator: "/")
  }

  /// The text that `component` stands for.
  ///
  /// - Returns: `nil` for a `%` without two hexadecimal digits, and for bytes that are not UTF-8.
  public static func decode(_ component: some StringProtocol) -> String? {
    var bytes: [UInt8] = []
    var rest = component.utf8.makeIterator()
    while let byte = rest.next() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard let high = rest.next().flatMap(hexValue), let low = rest.next().flatMap(hexValue) else { return nil }
      bytes.append(high << 4 | low)
    }
    return String(validating: bytes, as: UTF8.self)
  }

  private static func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    case UInt8(ascii: "0")...UInt8(ascii: "9"): true
    default: "-._~".utf8.contains(byte)
    }
  }

  private static func hexValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
