import HubModel

/// A repository as a user names it: `org/name`, `datasets/org/name`, or `hf://[KIND/]org/name[@REVISION][/PATH]`.
struct RepositoryReference: Sendable, Hashable {
  let repository: RepositoryID
  /// The revision in the name, if it has one.
  let revision: Revision?
  /// The path in the name, if it has one.
  let path: String?

  /// Reads `text`.
  ///
  /// - Parameters:
  ///   - text: What the user has given.
  ///   - kind: The kind of repository that an option names, for a name without one.
  /// - Throws: `invalidArgument`, or a ``Failure`` if the name and the option contradict each other.
  init(_ text: String, kind: RepositoryID.Kind? = nil) throws {
    let scheme = "hf://"
    let isURL = text.beginsWithBytes(scheme)
    var parts = (isURL ? text.dropFirst(scheme.count) : text[...]).pathComponents
    let named = RepositoryID.Kind.allCases.first { $0.plural == parts.first.map(String.init) }
    // `models/name` may be a repository of an organisation with that name; no hub has one, so the kind is meant.
    if named != nil, parts.count > 1 { parts.removeFirst() }
    if let named, let kind, named != kind {
      throw Failure.usage(
        "'\(printable(text, limit: 120))' is a \(named.rawValue), and --repo-type says \(kind.rawValue).")
    }
    let kind = named ?? kind ?? .model
    guard isURL else {
      (repository, revision, path) = (try RepositoryID(parts.joined(separator: "/"), kind: kind), nil, nil)
      return
    }
    let at = parts.prefix(2).firstIndex { $0.hasBytes("@") }
    let count = at.map { $0 + 1 } ?? min(2, parts.count)
    var (name, rest) = (parts[..<count].joined(separator: "/"), parts[count...])
    (name, revision) = try Self.split(name, &rest)
    repository = try RepositoryID(name, kind: kind)
    path = rest.isEmpty ? nil : rest.joined(separator: "/")
  }

  /// The name before the `@` and the revision after it, which may go on over the following slashes: `@refs/pr/1`.
  private static func split(_ name: String, _ rest: inout ArraySlice<Substring>) throws -> (String, Revision?) {
    let halves = name.utf8.split(separator: UInt8(ascii: "@"), maxSplits: 1, omittingEmptySubsequences: false)
    guard halves.count == 2 else { return (name, nil) }
    var revision = String(Substring(halves[1])).replacing("%2F", with: "/")
    if revision == "refs", rest.count >= 2 {
      revision = ([Substring(revision)] + rest.prefix(2)).joined(separator: "/")
      rest = rest.dropFirst(2)
    }
    return (String(Substring(halves[0])), try Revision(revision))
  }
}
