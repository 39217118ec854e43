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
    if let route = Self.fixed(words) {
      self = route
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

  /// The routes without a repository.
  private static func fixed(_ words: ArraySlice<Substring>) -> Route? {
    switch (words.count, words.first) {
    case (1, "whoami-v2"): .whoAmI
    case (1, "validate-yaml"): .validateYAML
    case (2, "repos"): words.last.flatMap { RepositoryVerb(rawValue: String($0)) }.map(Route.repositories)
    default: nil
    }
  }

  private static let apiVerbs: [Substring] = [
    "revision", "tree", "paths-info", "refs", "commits", "auth-check", "settings", "preupload", "commit", "branch",
    "super-squash", "tag", "discussions", "user-access-request", "scheduler-plan",
  ]

  private init?(_ id: RepositoryID, _ verb: Substring, _ arguments: ArraySlice<Substring>) {
    switch verb {
    case "refs" where arguments.isEmpty: self = .refs(id)
    case "settings" where arguments.isEmpty: self = .settings(id)
    case "auth-check" where arguments.isEmpty: self = .authCheck(id, write: false)
    case "auth-check" where arguments.elementsEqual(["write"]): self = .authCheck(id, write: true)
    case "branch", "tag":
      guard let name = PercentEncoding.decode(arguments.joined(separator: "/")), !name.isEmpty else { return nil }
      self = verb == "tag" ? .tag(id, name) : .branch(id, name)
    case "discussions": self.init(id, discussion: arguments)
    case "user-access-request":
      guard arguments.count == 1, let verb = AccessVerb(rawValue: arguments.joined()), verb != .ask else { return nil }
      self = .access(id, verb)
    default: self.init(id, verb, revision: arguments)
    }
  }

  private init?(_ id: RepositoryID, discussion words: ArraySlice<Substring>) {
    guard let first = words.first else {
      self = .discussions(id)
      return
    }
    guard let number = Int(first), number > 0, first == "\(number)",
      let verb = Self.decoded(words.dropFirst()).flatMap({ DiscussionVerb($0) })
    else { return nil }
    self = .discussion(id, number: number, verb)
  }

  private init?(_ id: RepositoryID, _ verb: Substring, revision arguments: ArraySlice<Substring>) {
    guard let (revision, rest) = Self.revision(arguments) else { return nil }
    switch (verb, rest.isEmpty) {
    case ("revision", true): self = .info(id, revision)
    case ("paths-info", true): self = .pathsInfo(id, revision)
    case ("commits", true): self = .commits(id, revision)
    case ("preupload", true): self = .preupload(id, revision)
    case ("super-squash", true): self = .squash(id, revision)
    case ("commit", true): self = .commit(id, revision)
    case ("tree", true): self = .tree(id, revision, path: nil)
    case ("tree", false), ("scheduler-plan", false):
      guard let path = Self.path(rest) else { return nil }
      self = verb == "tree" ? .tree(id, revision, path: path) : .schedulerPlan(id, revision, path: path)
    default: return nil
    }
  }

  private init?(page words: ArraySlice<Substring>) {
    var words = words
    let kind = RepositoryID.Kind.allCases.first { $0 != .model && Substring($0.plural) == words.first } ?? .model
    if kind != .model { words.removeFirst() }
    guard let (id, verb, arguments) = Self.split(words, at: Self.pageVerbs, kind) else { return nil }
    switch verb {
    case "resolve", "raw":
      guard let (revision, rest) = Self.revision(arguments), let path = Self.path(rest) else { return nil }
      self = verb == "raw" ? .raw(id, revision, path: path) : .resolve(id, revision, path: path)
    case "ask-access":
      guard arguments.isEmpty else { return nil }
      self = .access(id, .ask)
    case "info" where arguments.first == "lfs":
      guard let service = Self.decoded(arguments.dropFirst()).flatMap({ LFSService($0) }) else { return nil }
      self = .lfs(id, service)
    default:
      let text = ([verb] + arguments).joined(separator: "/")
      guard let service = GitService(rawValue: text) else { return nil }
      self = .git(id, service)
    }
  }

  private static let pageVerbs: [Substring] = [
    "resolve", "raw", "ask-access", "info", "git-upload-pack", "git-receive-pack",
  ]

  /// The repository before the verb, the verb, and what comes after it.
  ///
  /// Where both places hold a verb the later one counts: `a/resolve` is a likelier repository than `resolve` a
  /// revision.
  private static func split(
    _ words: ArraySlice<Substring>, at verbs: [Substring], _ kind: RepositoryID.Kind
  ) -> (RepositoryID, Substring, ArraySlice<Substring>)? {
    guard let place = words.dropFirst().prefix(2).lastIndex(where: verbs.contains) else { return nil }
    // git and git-lfs name a repository with the ending of its folder, or without.
    let isGit = ["info", "git-upload-pack", "git-receive-pack"].contains(words[place])
    var name = words[..<place]
    if isGit, let last = name.last, last.hasSuffix(".git") { name[place - 1] = last.dropLast(4) }
    guard let id = repository(name, kind) else { return nil }
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

  /// The words, each decoded.
  private static func decoded(_ words: ArraySlice<Substring>) -> [String]? {
    let texts = words.compactMap { PercentEncoding.decode($0) }
    return texts.count == words.count ? texts : nil
  }

  private static func path(_ words: ArraySlice<Substring>) -> RepositoryPath? {
    PercentEncoding.decode(words.joined(separator: "/")).flatMap { try? RepositoryPath($0) }  // absence: not a route
  }
}
