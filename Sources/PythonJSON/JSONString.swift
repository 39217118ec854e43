extension JSONValue {
  /// A string as JSON has it (RFC 8259, section 7), in quotes.
  ///
  /// - Parameters:
  ///   - string: The text.
  ///   - isASCII: Whether everything beyond printable ASCII is escaped, as Python's `json.dumps` does; otherwise only
  ///     what JSON requires, as Rust's `serde_json` does.
  public static func quoted(_ string: String, isASCII: Bool = true) -> String {
    var text = "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "\u{8}": text += "\\b"
      case "\u{C}": text += "\\f"
      case _ where scalar < " " || (isASCII && scalar > "~"):
        for unit in String(scalar).utf16 { text += escape(unit) }
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text + "\""
  }

  /// `\u` and four lower-case digits.
  private static func escape(_ unit: UInt16) -> String {
    let digits = String(unit, radix: 16)
    return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
  }
}
