extension Route {
  /// The repository that the route is about, `nil` for those without one.
  public var repository: RepositoryID? {
    switch self {
    case .whoAmI, .health, .list, .repositories, .validateYAML: nil
    case .authCheck(let id, _), .info(let id, _), .tree(let id, _, _), .pathsInfo(let id, _), .refs(let id): id
    case .commits(let id, _), .settings(let id), .preupload(let id, _), .commit(let id, _), .branch(let id, _): id
    case .tag(let id, _), .discussions(let id), .discussion(let id, _, _), .access(let id, _): id
    case .squash(let id, _): id
    case .schedulerPlan(let id, _, _), .git(let id, _), .lfs(let id, _), .resolve(let id, _, _), .raw(let id, _, _): id
    }
  }

  /// The path `path` of a request about the repository `id`, for the repository `other`; the rest stays as it was.
  ///
  /// - Returns: `nil` if `path` does not name `id` in the usual spelling.
  public static func path(_ path: String, of id: RepositoryID, for other: RepositoryID) -> String? {
    for (old, new) in [
      ("/api/\(id.kind.plural)/\(id.name)", "/api/\(other.kind.plural)/\(other.name)"),
      ("/\(id.pagePath)", "/\(other.pagePath)"),
    ] where path.beginsWithBytes(old) {
      let rest = String(decoding: path.utf8.dropFirst(old.utf8.count), as: UTF8.self)
      if rest.isEmpty || rest.beginsWithBytes("/") || rest.beginsWithBytes(".git/") { return new + rest }
    }
    return nil
  }
}
