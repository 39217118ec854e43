import HTTPTypes
import HubModel

/// Which bytes of a file a request is for (RFC 9110, sections 13 and 14).
enum ByteRanges: Hashable, Sendable {
  /// All of them, with 200.
  case whole
  /// These, with 206; never empty.
  case part(Range<Int64>)
  /// None, with 416: the range begins behind the end.
  case unsatisfiable
  /// None, with 304: the client has them.
  case notModified

  /// Decides by the request's header fields for a file of `size` bytes that `etag` identifies.
  ///
  /// Several ranges, another unit and what cannot be read are ignored, as RFC 9110 allows: the answer is the whole
  /// file. An empty file satisfies any range that begins at 0, as clients ask for `bytes=0-0` to learn the size.
  init(_ headers: HTTPFields, etag: ETag, size: Int64) {
    if let known = headers[.ifNoneMatch], Self.matches(known, etag) {
      self = .notModified
      return
    }
    let isCurrent = headers[.ifRange].map { $0 == "\"\(etag.hex)\"" } ?? true
    guard isCurrent, let value = headers[.range], let range = Self.parse(value) else {
      self = .whole
      return
    }
    self = Self.resolve(range, size)
  }

  private static func resolve(_ range: (first: Int64?, last: Int64?), _ size: Int64) -> ByteRanges {
    switch range {
    case (let first?, let last):
      if size == 0 && first == 0 { return .whole }
      guard first < size else { return .unsatisfiable }
      return .part(first..<min(last ?? .max, size - 1) + 1)
    case (nil, let length?):
      if size == 0 { return .whole }
      return length == 0 ? .unsatisfiable : .part(max(0, size - length)..<size)
    case (nil, nil): return .whole
    }
  }

  /// One range; `nil` for everything that is to be ignored.
  private static func parse(_ value: String) -> (first: Int64?, last: Int64?)? {
    guard let equals = value.firstIndex(of: "="), value[..<equals].lowercased() == "bytes" else { return nil }
    let ends = value[value.index(after: equals)...].split(separator: "-", omittingEmptySubsequences: false)
    guard ends.count == 2 else { return nil }
    let (first, last) = (Self.number(ends[0]), Self.number(ends[1]))
    guard first != nil || ends[0].isEmpty, last != nil || ends[1].isEmpty, first != nil || last != nil else {
      return nil
    }
    if let first, let last, first > last { return nil }
    return (first, last)
  }

  /// A decimal number; one too large for 63 bits is the largest that fits, as no file is longer.
  private static func number(_ text: Substring) -> Int64? {
    guard !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
      return nil
    }
    return Int64(text) ?? .max
  }

  private static func matches(_ list: String, _ etag: ETag) -> Bool {
    list.split(separator: ",").contains { word in
      let word = word.drop { $0 == " " }
      return word == "*" || ETag(header: word.prefix { $0 != " " }) == etag
    }
  }
}
