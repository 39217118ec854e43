/// Which files of a repository a snapshot holds: the patterns of `allow_patterns` and `ignore_patterns`.
///
/// Patterns are those of Python's `fnmatch`, case-sensitive: `*` crosses slashes, `?` is any one character, `[abc]` and
/// `[!a-c]` are sets. A pattern that ends in `/` means everything below that directory.
public struct FileSelection: Hashable, Sendable {
  /// A file must match one of these, if there are any.
  public var include: [String]?
  /// A file must match none of these.
  public var exclude: [String]

  /// A selection; of every file, if no pattern is given.
  public init(include: [String]? = nil, exclude: [String] = []) {
    (self.include, self.exclude) = (include, exclude)
  }

  /// Whether the snapshot holds the file at `path`.
  public func contains(_ path: String) -> Bool {
    if let include, !include.contains(where: { Self.matches(path, $0) }) { return false }
    return !exclude.contains { Self.matches(path, $0) }
  }

  /// Whether `path` matches `pattern` by the rules of `fnmatch.fnmatchcase`.
  ///
  /// Linear in practice and never worse than the product of the two lengths: only the last `*` is ever revisited.
  public static func matches(_ path: String, _ pattern: String) -> Bool {
    let text = Array(path.unicodeScalars)
    let glob = tokens(pattern.endsWithBytes("/") ? pattern + "*" : pattern)
    var (i, j) = (0, 0)
    var retry: (text: Int, glob: Int)?
    while i < text.count {
      if j < glob.count, case .any = glob[j] {
        retry = (i, j)
        j += 1
      } else if j < glob.count, glob[j].matches(text[i]) {
        (i, j) = (i + 1, j + 1)
      } else if let star = retry {
        retry = (star.text + 1, star.glob)
        (i, j) = (star.text + 1, star.glob + 1)
      } else {
        return false
      }
    }
    return glob[j...].allSatisfy { if case .any = $0 { true } else { false } }
  }

  private enum Token {
    case any, one, literal(Unicode.Scalar)
    case set([ClosedRange<Unicode.Scalar>], isNegated: Bool)

    func matches(_ scalar: Unicode.Scalar) -> Bool {
      switch self {
      case .any, .one: true
      case .literal(let literal): literal == scalar
      case .set(let ranges, let isNegated): ranges.contains { $0.contains(scalar) } != isNegated
      }
    }
  }

  private static func tokens(_ pattern: String) -> [Token] {
    var rest = Array(pattern.unicodeScalars)[...]
    var tokens: [Token] = []
    while let scalar = rest.popFirst() {
      switch scalar {
      case "*": tokens.append(.any)
      case "?": tokens.append(.one)
      case "[":
        if let set = set(&rest) { tokens.append(set) } else { tokens.append(.literal("[")) }
      default: tokens.append(.literal(scalar))
      }
    }
    return tokens
  }

  /// The set whose opening bracket was just read; `nil`, and nothing consumed, if it never closes.
  private static func set(_ rest: inout ArraySlice<Unicode.Scalar>) -> Token? {
    var body = rest
    let isNegated = body.first == "!"
    if isNegated { body.removeFirst() }
    // A bracket that comes first stands for itself.
    guard let end = body.dropFirst().firstIndex(of: "]") else { return nil }
    var members = body[..<end]
    var ranges: [ClosedRange<Unicode.Scalar>] = []
    while let low = members.popFirst() {
      if members.first == "-", let high = members.dropFirst().first {
        members = members.dropFirst(2)
        if low <= high { ranges.append(low...high) }
      } else {
        ranges.append(low...low)
      }
    }
    rest = rest[(end + 1)...]
    return .set(ranges, isNegated: isNegated)
  }
}
