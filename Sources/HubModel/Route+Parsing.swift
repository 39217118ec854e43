extension Route {
  /// The route of the percent-encoded `path`, which must not have been decoded: a revision's `%2F` is not a separator.
  ///
  /// A repository of the oldest kind has one component, so the verb is found by its place: after one or two components
  /// of a name.
  ///
  /// - Returns: `nil` if there is no such route, or a name in it breaks the rules of ``RepositoryID``, ``Revision`` or
  ///   ``RepositoryPath``.
  public init?(path: String) {
    var words = path.pathComponents[...]
    guard words.popFirst()?.isEmpty == true else { return nil }
    if words.first == "api" {
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
    guard let split = Self.split(words, at: ["revision", "tree", "paths-info", "refs", "commits"], kind) else {
      guard (1...2).contains(words.count), let id = Self.repository(words, kind) else { return nil }
      self = .info(id, nil)
      return
    }
    let (id, verb, arguments) = split
    if verb == "refs", arguments.isEmpty {
      self = .refs(id)
      return
    }
    guard let revision = arguments.first.flatMap(Self.revision) else { return nil }
    switch (verb, arguments.count) {
    case ("revision", 1): self = .info(id, revision)
    case ("paths-info", 1): self = .pathsInfo(id, revision)
    case ("commits", 1): self = .commits(id, revision)
    case ("tree", 1): self = .tree(id, revision, path: nil)
    case ("tree", 2...):
      guard let path = Self.path(arguments.dropFirst()) else { return nil }
      self = .tree(id, revision, path: path)
    default: return nil
    }
  }

  private init?(page words: ArraySlice<Substring>) {
    var words = words
    let kind = RepositoryID.Kind.allCases.first { $0 != .model && Substring($0.plural) == words.first } ?? .model
    if kind != .model { words.removeFirst() }
    guard let (id, verb, arguments) = Self.split(words, at: ["resolve", "raw"], kind) else { return nil }
    guard let revision = arguments.first.flatMap(Self.revision), let path = Self.path(arguments.dropFirst()) else {
      return nil
    }
    self = verb == "raw" ? .raw(id, revision, path: path) : .resolve(id, revision, path: path)
  }

  /// The repository before the verb, the verb, and what comes after it.
  ///
  /// Where both places hold a verb the later one counts: `a/resolve` is a likelier repository than `resolve` a revision.
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

  private static func revision(_ word: Substring) -> Revision? {
    PercentEncoding.decode(word).flatMap { try? Revision($0) }  // absence: not a route
  }

  private static func path(_ words: ArraySlice<Substring>) -> RepositoryPath? {
    PercentEncoding.decode(words.joined(separator: "/")).flatMap { try? RepositoryPath($0) }  // absence: not a route
  }
}
