/// What a correct server answers; a ``FaultServer`` adds the length, serves ranges, and leaves the body out for HEAD.
public struct Answer: Sendable {
  /// The status code.
  public var status: Int
  /// Header fields beyond the length and the range.
  public var headers: [(name: String, value: String)]
  /// The whole body, whatever range is asked for.
  public var content: Content

  /// A body.
  public enum Content: Sendable {
    /// These bytes.
    case bytes([UInt8])
    /// So many bytes of a sequence that takes no memory: the byte at offset `i` is that of ``Content/pattern(_:)``.
    case pattern(length: Int64)

    /// The number of bytes.
    public var length: Int64 {
      switch self {
      case .bytes(let bytes): Int64(bytes.count)
      case .pattern(let length): length
      }
    }

    /// The bytes of a range.
    public func bytes(_ range: Range<Int64>) -> [UInt8] {
      switch self {
      case .bytes(let bytes): Array(bytes[Int(range.lowerBound)..<Int(range.upperBound)])
      case .pattern: Self.pattern(range)
      }
    }

    /// The bytes of the endless sequence at these offsets; no two stretches of it are alike, so that a shifted or a
    /// repeated part is noticed.
    public static func pattern(_ range: Range<Int64>) -> [UInt8] {
      [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
        for index in 0..<range.count {
          let offset = UInt64(bitPattern: range.lowerBound) &+ UInt64(index)
          let mixed = (offset >> 3) &* 0x9E37_79B9_7F4A_7C15
          buffer[index] = UInt8(truncatingIfNeeded: mixed >> (8 &* (offset & 7)))
        }
        count = range.count
      }
    }
  }

  /// An answer with a body in memory.
  public init(_ status: Int = 200, headers: KeyValuePairs<String, String> = [:], body: [UInt8] = []) {
    self.init(status, headers: headers, content: .bytes(body))
  }

  /// An answer with a text.
  public init(_ status: Int = 200, headers: KeyValuePairs<String, String> = [:], text: String) {
    self.init(status, headers: headers, content: .bytes(Array(text.utf8)))
  }

  /// An answer with any content.
  public init(_ status: Int = 200, headers: KeyValuePairs<String, String> = [:], content: Content) {
    (self.status, self.headers, self.content) = (status, headers.map { ($0, $1) }, content)
  }

  /// A redirect.
  public static func redirect(to location: String, status: Int = 302) -> Answer {
    Answer(status, headers: ["Location": location], text: "elsewhere")
  }
}
