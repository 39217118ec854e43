/// Text handled as the bytes that a file system or a server sees.
///
/// Swift compares and searches by grapheme: `"/\u{301}"` is one `Character` that is not `"/"`, so a check written with
/// `contains("/")` lets a separator through. Every rule about names and paths is therefore a rule about bytes.
extension StringProtocol {
  /// The components between slashes, empty ones included.
  public var pathComponents: [Substring] {
    Substring(self).utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map { Substring($0) }
  }

  /// Whether the bytes of `needle` occur anywhere.
  public func hasBytes(_ needle: String) -> Bool {
    let (text, pattern) = (Array(utf8), Array(needle.utf8))
    guard !pattern.isEmpty, text.count >= pattern.count else { return pattern.isEmpty }
    return (0...(text.count - pattern.count)).contains { text[$0..<($0 + pattern.count)].elementsEqual(pattern) }
  }

  /// Whether the bytes begin with those of `prefix`.
  public func beginsWithBytes(_ prefix: String) -> Bool { utf8.starts(with: prefix.utf8) }

  /// Whether the bytes end with those of `suffix`.
  public func endsWithBytes(_ suffix: String) -> Bool { utf8.reversed().starts(with: suffix.utf8.reversed()) }
}
