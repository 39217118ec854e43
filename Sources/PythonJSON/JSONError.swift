/// Why a text is not JSON that this module reads: what was expected, and where.
public struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What kind of mistake it is.
  public enum Kind: String, Sendable, Hashable, Codable {
    /// The text breaks the grammar of JSON.
    case syntax
    /// The bytes are not UTF-8, or a string holds what is no text: half a surrogate pair, or a NUL.
    case encoding
    /// The text is larger, deeper or longer than the caller's limits.
    case limit
  }

  /// The kind of mistake.
  public let kind: Kind
  /// What was expected and what was found, without the position.
  public let problem: String
  /// The position in bytes from the start, a byte-order mark included.
  public let offset: Int
  /// The line, from 1.
  public let line: Int
  /// The column in Unicode scalars, from 1.
  public let column: Int

  /// The position, then the problem: `line 2, column 9: expected a value, found "}"`.
  public var description: String { "line \(line), column \(column): \(problem)" }
}

extension JSONError {
  /// An error at an offset of a text whose lines are counted here, once, where speed does not matter.
  init(_ kind: Kind, _ problem: String, at offset: Int, of bytes: [UInt8]) {
    (self.kind, self.problem, self.offset) = (kind, problem, offset)
    let before = bytes.prefix(offset).dropFirst(bytes.starts(with: JSONReader.byteOrderMark) ? 3 : 0)
    let newline = UInt8(ascii: "\n")
    line = 1 + before.count { $0 == newline }
    let lineStart = before.lastIndex(of: newline).map { $0 + 1 } ?? before.startIndex
    // Continuation bytes, 10xxxxxx, belong to the scalar before them.
    column = 1 + before[min(lineStart, before.endIndex)...].count { $0 & 0xC0 != 0x80 }
  }
}
