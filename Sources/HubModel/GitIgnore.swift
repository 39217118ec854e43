/// What `.gitignore` leaves out (gitignore(5)).
public struct GitIgnore: Hashable, Sendable {
  private struct Rule: Hashable, Sendable {
    let pattern: GitPattern
    let isIgnored: Bool
  }

  private let rules: [Rule]

  /// Reads the file's text.
  public init(_ text: some StringProtocol) {
    rules = text.split(whereSeparator: \.isNewline).compactMap { line in
      var line = Substring(line)
      // Spaces at the end do not count, unless the last one is escaped.
      while line.utf8.last == UInt8(ascii: " "), !line.endsWithBytes("\\ ") { line.removeLast() }
      guard !line.isEmpty, !line.beginsWithBytes("#") else { return nil }
      let isIgnored = !line.beginsWithBytes("!")
      if !isIgnored { line.removeFirst() }
      return GitPattern(line).map { Rule(pattern: $0, isIgnored: isIgnored) }
    }
  }

  /// Whether the file at `path`, relative to the directory of the file, is left out: it or a directory that it is in.
  ///
  /// The last line that fits counts; what is below an ignored directory cannot be brought back.
  public func ignores(_ path: String) -> Bool {
    let components = path.pathComponents
    for count in 1...components.count {
      let part = components.prefix(count).joined(separator: "/")
      let isDirectory = count < components.count
      if rules.last(where: { $0.pattern.matches(part, isDirectory: isDirectory) })?.isIgnored == true { return true }
    }
    return false
  }
}
