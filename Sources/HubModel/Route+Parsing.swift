extension Route {
  /// The route of the percent-encoded `path`, which must not have been decoded: a revision's `%2F` is not a separator.
  ///
  /// A repository of the oldest kind has one component, so the verb is found by its place: after one or two components
  /// of a name. The revisions `refs/pr/N` and `refs/convert/NAME`, which people write with plain slashes, are
  /// understood in both forms.
  ///
  /// - Returns: `nil` if there is no such route, or a name in it breaks the rules of ``RepositoryID``, ``Revision`` or
  ///   ``RepositoryPath``.
  public init?(path: String) {
    var words = path.pathComponents[...]
    guard words.popFirst()?.isEmpty == true else { return nil }
    if words.elementsEqual(["health"]) {
      self = .health
    } else if words.first == "api" {
      self.init(api: words.dropFirst())
    } else {
      self.init(page: words)
    }
  }

  private init?(api words: ArraySlice<Substring>) {
    if words.elementsEqual(["whoami-v2"]) {
      self = .whoAmI
      return
    }
    guard let kind = RepositoryID.Kind.allCases.first(where: { Substring($0.plural) == words.first }) else {
      return nil
    }
    let words = words.dropFirst()
    if words.isEmpty {
      self = .list(kind)
    } else if let (id, verb, arguments) = Self.split(words, at: Self.apiVerbs, kind) {
      self.init(id, verb, arguments)
    } else {
      guard (1...2).contains(words.count), let id = Self.repository(words, kind) else { return nil }
      self = .info(id, nil)
    }
  }

  private static let apiVerbs: [Substring] = ["revision", "tree", "paths-info", "refs", "commits", "auth-check"]

  private init?(_ id: RepositoryID, _ verb: Substring, _ arguments: ArraySlice<Substring>) {
    switch verb {
    case "refs" where arguments.isEmpty: self = .refs(id)
    case "auth-check" where arguments.isEmpty: self = .authCheck(id, write: false)
    case "auth-check" where arguments.elementsEqual(["write"]): self = .authCheck(id, write: true)
    default:
      guard let (revision, rest) = Self.revision(arguments) else { return nil }
      switch (verb, rest.isEmpty) {
      case ("revision", true): self = .info(id, revision)
      case ("paths-info", true): self = .pathsInfo(id, revision)
      case ("commits", true): self = .commits(id, revision)
      case ("tree", true): self = .tree(id, revision, path: nil)
      case ("tree", false):
        guard let path = Self.path(rest) else { return nil }
        self = .tree(id, revision, path: path)
      default: return nil
      }
    }
  }

  private init?(page words: ArraySlice<Substring>) {
    var words = words
    let kind = RepositoryID.Kind.allCases.first { $0 != .model && Substring($0.plural) == words.first } ?? .model
    if kind != .model { words.removeFirst() }
    guard let (id, verb, arguments) = Self.split(words, at: ["resolve", "raw"], kind) else { return nil }
    guard let (revision, rest) = Self.revision(arguments), let path = Self.path(rest) else { return nil }
    self = verb == "raw" ? .raw(id, revision, path: path) : .resolve(id, revision, path: path)
  }

  /// The repository before the verb, the verb, and what comes after it.
  ///
  /// Where both places hold a verb the later one counts: `a/resolve` is a likelier repository than `resolve` a
  /// revision.
  private static func split(
    _ words: ArraySlice<Substring>, at verbs: [Substring], _ kind: RepositoryID.Kind
  ) -> (RepositoryID, Substring, ArraySlice<Substring>)? {
    guard let place = words.dropFirst().prefix(2).lastIndex(where: verbs.contains) else { return nil }
    guard let id = repository(words[..<place], kind) else { return nil }
    return (id, words[place], words[(place + 1)...])
  }

  private static func repository(_ words: ArraySlice<Substring>, _ kind: RepositoryID.Kind) -> RepositoryID? {
    guard let name = PercentEncoding.decode(words.joined(separator: "/")) else { return nil }
    return try? RepositoryID(name, kind: kind)  // absence: not a route
  }

  /// The revision at the front, and what comes after it.
  private static func revision(_ words: ArraySlice<Substring>) -> (Revision, ArraySlice<Substring>)? {
    let isSpelledOut = words.count >= 3 && words.first == "refs" && ["pr", "convert"].contains(words.dropFirst().first)
    let length = isSpelledOut ? 3 : 1
    guard let name = PercentEncoding.decode(words.prefix(length).joined(separator: "/")) else { return nil }
    return (try? Revision(name)).map { ($0, words.dropFirst(length)) }  // absence: not a route
  }

  private static func path(_ words: ArraySlice<Substring>) -> RepositoryPath? {
    PercentEncoding.decode(words.joined(separator: "/")).flatMap { try? RepositoryPath($0) }  // absence: not a route
  }
}
