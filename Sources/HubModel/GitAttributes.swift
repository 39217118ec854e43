/// What `.gitattributes` says about git LFS (gitattributes(5)).
public struct GitAttributes: Hashable, Sendable {
  private struct Rule: Hashable, Sendable {
    let pattern: GitPattern
    let isLFS: Bool
  }

  private let rules: [Rule]

  /// Reads the file's text; lines that say nothing about `filter` do not count, nor do those that cannot be read.
  public init(_ text: some StringProtocol) {
    rules = text.split(whereSeparator: \.isNewline).compactMap { Self.rule($0) }
  }

  /// No rules.
  public init() { rules = [] }

  /// Whether the file at `path`, relative to the directory of the attributes' file, belongs in LFS; `nil` if no line is
  /// about it.
  public func isLFS(_ path: String) -> Bool? {
    // The last line that fits counts; patterns for directories do not reach the files in them.
    rules.last { $0.pattern.matches(path) }?.isLFS
  }

  /// The line that puts exactly the file at `path` into LFS, with its line end.
  public static func line(for path: RepositoryPath) -> String {
    let special = Array("*?[\"".utf8)
    var escaped = ""
    for scalar in path.text.unicodeScalars {
      if scalar.isASCII, special.contains(UInt8(scalar.value)) { escaped += "\\" }
      // A space ends a pattern; git-lfs writes the set of spaces for one.
      escaped += scalar == " " ? "[[:space:]]" : String(scalar)
    }
    if ["#", "!"].contains(where: { escaped.hasPrefix($0) }) { escaped = "/" + escaped }
    return escaped + lfs
  }

  /// What follows a pattern for LFS.
  public static let lfs = " filter=lfs diff=lfs merge=lfs -text\n"

  private static func rule(_ line: some StringProtocol) -> Rule? {
    guard let (text, rest) = pattern(of: line), let pattern = GitPattern(text), !pattern.needsDirectory else {
      return nil
    }
    var isLFS: Bool?
    for word in rest.split(whereSeparator: { $0 == " " || $0 == "\t" }) {
      if word == "filter=lfs" {
        isLFS = true
      } else if word == "-filter" || word == "!filter" || word.beginsWithBytes("filter=") {
        isLFS = false
      }
    }
    return isLFS.map { Rule(pattern: pattern, isLFS: $0) }
  }

  /// The pattern at the front of a line, which may be in quotes, and what follows it.
  private static func pattern(of line: some StringProtocol) -> (String, Substring)? {
    let line = Substring(line).drop { $0 == " " || $0 == "\t" }
    guard let first = line.first, first != "#", first != "!", !line.beginsWithBytes("[attr]") else { return nil }
    guard first == "\"" else {
      let pattern = line.prefix { $0 != " " && $0 != "\t" }
      return (String(pattern), line[pattern.endIndex...])
    }
    var (pattern, rest) = ("", line.dropFirst())
    while let character = rest.popFirst() {
      if character == "\"" { return (pattern, rest) }
      pattern.append(character == "\\" && rest.first == "\"" ? rest.removeFirst() : character)
    }
    return nil
  }
}
