/// What a reader accepts from a stranger before it stops.
public struct JSONLimits: Sendable, Hashable {
  /// The most bytes of the whole text.
  public var bytes: Int
  /// How deep arrays and objects may stand in each other; 1 is a container of scalars.
  ///
  /// The reader's own stack grows with the depth, by less than a kilobyte for each level in an optimised build.
  public var depth: Int
  /// The most elements and members, those of all containers together.
  public var elements: Int

  /// Limits far beyond any configuration, and far below what would hurt: 16 MiB, 128 levels and 200,000 elements.
  public init(bytes: Int = 16 << 20, depth: Int = 128, elements: Int = 200_000) {
    (self.bytes, self.depth, self.elements) = (bytes, depth, elements)
  }
}

extension JSONValue {
  /// Reads one JSON value, as Python's `json.loads` does, from UTF-8.
  ///
  /// Accepted beyond RFC 8259: a byte-order mark, `NaN`, `Infinity`, `-Infinity`. Of members with one key the last wins
  /// and has the place of the first, as in Python. A number with a fraction or an exponent is rounded to the nearest
  /// `Double`, beyond the greatest to infinity. `-0` is the integer 0, `-0.0` is not.
  ///
  /// - Throws: ``JSONError`` of the kind `syntax` for anything else, text after the value included; `encoding` for other
  ///   bytes than UTF-8, for half a surrogate pair, and for a NUL escaped in a string, both of which Python lets through
  ///   to those who cannot handle them; `limit` for more than `limits`.
  public init(parsing bytes: [UInt8], limits: JSONLimits = JSONLimits()) throws(JSONError) {
    var reader = try JSONReader(bytes, limits: limits)
    self = try reader.document()
  }

  /// Reads one JSON value from text, under the same rules.
  public init(parsing text: String, limits: JSONLimits = JSONLimits()) throws(JSONError) {
    try self.init(parsing: Array(text.utf8), limits: limits)
  }
}
