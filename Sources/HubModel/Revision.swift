/// A full commit hash: 40 lowercase hexadecimal digits.
public struct CommitID: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The 40 digits.
  public let hex: String

  /// Takes `text` if it is exactly 40 lowercase hexadecimal digits, as the cache of `huggingface_hub` demands.
  public init?(_ text: some StringProtocol) {
    guard text.utf8.count == 40, text.utf8.allSatisfy(isLowercaseHexDigit) else { return nil }
    hex = String(text)
  }

  /// The 40 digits.
  public var description: String { hex }

  /// Orders as text.
  public static func < (a: Self, b: Self) -> Bool { a.hex < b.hex }
}

/// A branch, a tag, the ref of a pull request, or a commit.
public struct Revision: Hashable, Sendable, CustomStringConvertible {
  /// The revision's name, as `git rev-parse` takes it: `main`, `v1.0`, `refs/pr/3`, or a commit hash.
  public let name: String

  /// The branch that a hub serves when no revision is named.
  public static let main = Revision(trusted: "main")

  /// Checks `name` by git's rules for ref names, of which every commit hash is an instance too, and refuses what would
  /// reorder the text of a terminal.
  ///
  /// - Throws: ``HubError`` with the code ``HubError/Code/invalidArgument`` for an empty name, one over 255 bytes, a
  ///   control character or space, any of `~^:?*[\`, `..`, `@{`, `//`, a component that begins with `.` or ends in
  ///   `.lock`, or a `/` or `.` at the wrong end (`git check-ref-format`).
  public init(_ name: String) throws(HubError) {
    if let reason = Self.flaw(of: name) {
      throw HubError(.invalidArgument(name: "revision", value: name, reason: reason))
    }
    self.name = name
  }

  /// The revision that is just this commit.
  public init(_ commit: CommitID) { name = commit.hex }

  private init(trusted name: String) { self.name = name }

  /// The commit, if the revision is a full commit hash and so will never point elsewhere.
  public var commit: CommitID? { CommitID(name) }

  /// The revision's name.
  public var description: String { name }

  private static func flaw(of name: String) -> String? {
    if name.isEmpty { return "it is empty" }
    if name.utf8.count > 255 { return "it is longer than 255 bytes" }
    if name.utf8.contains(UInt8(ascii: " ")) || name.unicodeScalars.contains(where: RepositoryPath.isUnprintable) {
      return "it contains a space or a control character"
    }
    if name.utf8.contains(where: "~^:?*[\\".utf8.contains) { return "it contains one of '~^:?*[\\'" }
    if name.hasBytes("..") || name.hasBytes("@{") { return "it contains '..' or '@{'" }
    if name == "@" { return "'@' alone is not a name" }
    for part in name.pathComponents {
      if part.isEmpty { return "it begins or ends with '/' or has '//' in it" }
      if part.beginsWithBytes(".") || part.endsWithBytes(".lock") {
        return "a part of it begins with '.' or ends in '.lock'"
      }
    }
    return name.endsWithBytes(".") ? "it ends with '.'" : nil
  }
}

func isLowercaseHexDigit(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): true
  default: false
  }
}
