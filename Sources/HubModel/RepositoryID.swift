/// A repository on a hub, such as the model `stabilityai/sdxl-turbo`.
///
/// The kind is part of the identity: the model `a/b` and the dataset `a/b` are two repositories, in every URL and in
/// the cache.
public struct RepositoryID: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The three kinds of repository, which have name spaces of their own.
  public enum Kind: String, Sendable, CaseIterable, Codable {
    /// A model, the kind that is meant when none is named.
    case model
    /// A dataset.
    case dataset
    /// A space: an application.
    case space

    /// The word in API paths and cache folders: `models`, `datasets`, `spaces`.
    public var plural: String { rawValue + "s" }
  }

  /// What kind of repository it is.
  public let kind: Kind
  /// `owner/name`, or just `name` for the oldest models.
  public let name: String

  /// Checks `name` by the hub's rules and makes it a repository's identity.
  ///
  /// The rules: at most one `/`; each part 1 to 96 characters of `[A-Za-z0-9_.-]`, not beginning or ending with `-` or
  /// `.` or in `.git`, without `--` or `..`.
  ///
  /// - Throws: ``HubError`` with the code ``HubError/Code/invalidArgument``, which names the rule that `name` breaks.
  public init(_ name: String, kind: Kind = .model) throws(HubError) {
    if let reason = Self.flaw(of: name) {
      throw HubError(.invalidArgument(name: "repository id", value: name, reason: reason))
    }
    (self.kind, self.name) = (kind, name)
  }

  /// The owner's part of the name, or `nil` for a repository of the oldest kind.
  public var owner: String? {
    name.firstIndex(of: "/").map { String(name[..<$0]) }
  }

  /// The name without its owner.
  public var shortName: String {
    name.firstIndex(of: "/").map { String(name[name.index(after: $0)...]) } ?? name
  }

  /// The path of the repository's pages and git URLs: `owner/name`, `datasets/owner/name`, `spaces/owner/name`.
  public var pagePath: String { kind == .model ? name : "\(kind.plural)/\(name)" }

  /// The name, preceded by the kind unless it is a model.
  public var description: String { pagePath }

  /// Orders by kind, then by name.
  public static func < (a: Self, b: Self) -> Bool { (a.kind.rawValue, a.name) < (b.kind.rawValue, b.name) }

  /// The rule that `name` breaks, in words, or `nil` if it is well formed.
  private static func flaw(of name: String) -> String? {
    guard !name.isEmpty else { return "it is empty" }
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count <= 2 else { return "it has more than one '/'; a repository id is 'name' or 'owner/name'" }
    for part in parts {
      if let reason = flaw(ofPart: part) { return reason }
    }
    // An owner of such a name would have its repositories inside that of another.
    let isFolder = parts.contains { $0.lowercased().hasSuffix(".git") }
    return isFolder ? "a part of it ends in '.git', which is not part of a repository's name" : nil
  }

  private static func flaw(ofPart part: Substring) -> String? {
    if part.isEmpty { return "there is nothing before or after the '/'" }
    if part.utf8.count > 96 { return "a part of it is longer than 96 characters" }
    if !part.utf8.allSatisfy(isAllowed) { return "only letters, digits, '-', '_' and '.' are allowed" }
    let isDoubled = zip(part.utf8, part.utf8.dropFirst()).contains { $0 == $1 && "-.".utf8.contains($0) }
    if isDoubled { return "'--' and '..' are not allowed" }
    if ["-", "."].contains(where: { part.hasPrefix($0) || part.hasSuffix($0) }) {
      return "a part of it begins or ends with '-' or '.'"
    }
    return nil
  }

  private static func isAllowed(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."): true
    default: false
    }
  }
}
