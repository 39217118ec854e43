/// A pattern of `.gitignore` and `.gitattributes` (gitignore(5), git's `wildmatch`).
///
/// A pattern with a slash in it, other than at its end, is about paths from the directory of its file; one without is
/// about names in any directory below. `*` and `?` stop at slashes, `**` does not.
public struct GitPattern: Hashable, Sendable {
  private let tokens: [Token]
  private let isAnchored: Bool
  /// Whether it is about directories alone: it ends in a slash.
  public let needsDirectory: Bool

  fileprivate enum Token: Hashable {
    case byte(UInt8), one, star, directories, doubleStar
    case set([ClosedRange<UInt8>], isNegated: Bool)
  }

  /// Reads a pattern, without the marks before it that belong to its file (`!`, `#`).
  ///
  /// - Returns: `nil` for one that matches nothing: empty, a single slash, or a bracket that never closes.
  public init?(_ text: some StringProtocol) {
    var bytes = Array(text.utf8)[...]
    needsDirectory = bytes.last == UInt8(ascii: "/")
    if needsDirectory { bytes.removeLast() }
    isAnchored = bytes.contains(UInt8(ascii: "/"))
    if bytes.first == UInt8(ascii: "/") { bytes.removeFirst() }
    guard !bytes.isEmpty, let tokens = Self.tokens(bytes) else { return nil }
    self.tokens = tokens
  }

  /// Whether the pattern fits `path`, which is relative to the directory of the pattern's file.
  ///
  /// - Parameters:
  ///   - path: The path, its parts separated by slashes.
  ///   - isDirectory: Whether it is the path of a directory.
  public func matches(_ path: String, isDirectory: Bool = false) -> Bool {
    guard isDirectory || !needsDirectory else { return false }
    if isAnchored { return Self.matches(Array(path.utf8)[...], tokens[...]) }
    return Self.matches(Array((path.pathComponents.last ?? "").utf8)[...], tokens[...])
  }

  /// Walks all ways through the pattern at once: the work is the product of the two lengths, whoever wrote the pattern.
  ///
  /// The state `2 * i` is before the token `i`; `2 * i + 1` is in the middle of a directory's name, at a `**/`.
  private static func matches(_ text: ArraySlice<UInt8>, _ tokens: ArraySlice<Token>) -> Bool {
    var states = closure([0], tokens)
    for byte in text {
      var next: Set<Int> = []
      for state in states where state / 2 < tokens.count {
        switch tokens[state / 2] {
        case .star: if byte != slash { next.insert(state) }
        case .doubleStar: next.insert(state)
        case .directories: next.insert(byte == slash ? state & ~1 : state | 1)
        case let token: if token.fits(byte) { next.insert(state + 2) }
        }
      }
      states = closure(next, tokens)
      if states.isEmpty { return false }
    }
    return states.contains(2 * tokens.count)
  }

  /// The states, and those that they lead to without a byte.
  private static func closure(_ states: Set<Int>, _ tokens: ArraySlice<Token>) -> Set<Int> {
    var (all, pending) = (states, Array(states))
    while let state = pending.popLast() {
      guard state % 2 == 0, state / 2 < tokens.count, tokens[state / 2].mayBeNothing else { continue }
      if all.insert(state + 2).inserted { pending.append(state + 2) }
    }
    return all
  }

  private static func tokens(_ pattern: ArraySlice<UInt8>) -> [Token]? {
    var (rest, tokens, isStart) = (pattern, [Token](), true)
    while let byte = rest.popFirst() {
      let wasStart = isStart
      isStart = byte == slash
      switch byte {
      case UInt8(ascii: "?"): tokens.append(.one)
      case UInt8(ascii: "*"):
        guard rest.first == byte else {
          tokens.append(.star)
          continue
        }
        while rest.first == byte { rest.removeFirst() }
        // Two stars are more than one only as a whole component.
        if wasStart, rest.first == slash {
          rest.removeFirst()
          tokens.append(.directories)
          isStart = true
        } else {
          tokens.append(wasStart && rest.isEmpty ? .doubleStar : .star)
        }
      case UInt8(ascii: "["):
        guard let set = set(&rest) else { return nil }
        tokens.append(set)
      case UInt8(ascii: "\\"):
        guard let escaped = rest.popFirst() else { return nil }
        tokens.append(.byte(escaped))
      default: tokens.append(.byte(byte))
      }
    }
    return tokens
  }

  /// The set whose opening bracket was just read; `nil` if it never closes.
  private static func set(_ rest: inout ArraySlice<UInt8>) -> Token? {
    let isNegated = rest.first.map("!^".utf8.contains) == true
    if isNegated { rest.removeFirst() }
    var (ranges, isFirst) = ([ClosedRange<UInt8>](), true)
    while var low = rest.popFirst() {
      if low == UInt8(ascii: "]"), !isFirst { return .set(ranges, isNegated: isNegated) }
      isFirst = false
      if low == UInt8(ascii: "["), rest.first == UInt8(ascii: ":") {
        guard let named = namedSet(&rest) else { return nil }
        ranges += named
        continue
      }
      if low == UInt8(ascii: "\\") {
        guard let escaped = rest.popFirst() else { return nil }
        low = escaped
      }
      if rest.first == UInt8(ascii: "-"), let high = rest.dropFirst().first, high != UInt8(ascii: "]") {
        rest.removeFirst(2)
        if low <= high { ranges.append(low...high) }
      } else {
        ranges.append(low...low)
      }
    }
    return nil
  }

  /// `[:space:]` and its like, of which the opening bracket was just read; git-lfs writes the first for spaces.
  private static func namedSet(_ rest: inout ArraySlice<UInt8>) -> [ClosedRange<UInt8>]? {
    guard let end = rest.indices.dropFirst().first(where: { rest[$0...].starts(with: ":]".utf8) }) else { return nil }
    let name = String(decoding: rest[(rest.startIndex + 1)..<end], as: UTF8.self)
    rest = rest[(end + 2)...]
    return namedSets[name]
  }

  private static let namedSets: [String: [ClosedRange<UInt8>]] = [
    "space": [9...13, 32...32], "blank": [9...9, 32...32], "digit": [48...57], "upper": [65...90], "lower": [97...122],
    "alpha": [65...90, 97...122], "alnum": [48...57, 65...90, 97...122], "xdigit": [48...57, 65...70, 97...102],
    "punct": [33...47, 58...64, 91...96, 123...126], "cntrl": [0...31, 127...127], "graph": [33...126],
    "print": [32...126],
  ]

  private static let slash = UInt8(ascii: "/")
}

extension GitPattern.Token {
  fileprivate var mayBeNothing: Bool {
    switch self {
    case .star, .doubleStar, .directories: true
    case .byte, .one, .set: false
    }
  }

  fileprivate func fits(_ byte: UInt8) -> Bool {
    switch self {
    case .byte(let own): own == byte
    case .one: byte != UInt8(ascii: "/")
    case .set(let ranges, let isNegated):
      byte != UInt8(ascii: "/") && ranges.contains { $0.contains(byte) } != isNegated
    case .star, .doubleStar, .directories: false
    }
  }
}
