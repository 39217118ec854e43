/// A resource of a hub's HTTP interface.
///
/// The client prints routes and the server parses them, so neither can hold an opinion on a path that the other does
/// not share; forgetting a repository's kind is impossible, as ``RepositoryID`` carries it.
public enum Route: Hashable, Sendable {
  /// `/api/whoami-v2`: the account that a token belongs to.
  case whoAmI
  /// `/health`: whether the server answers; no hub's interface but our own.
  case health
  /// `/api/models`: the repositories of a kind.
  case list(RepositoryID.Kind)
  /// `/api/models/ID/auth-check`, `/api/models/ID/auth-check/write`: whether the caller may read or write.
  case authCheck(RepositoryID, write: Bool)
  /// `/api/models/ID`, `/api/models/ID/revision/REV`: what the hub knows of a repository.
  case info(RepositoryID, Revision?)
  /// `/api/models/ID/tree/REV/PATH`: the entries of a directory; the path is one encoded component.
  case tree(RepositoryID, Revision, path: RepositoryPath?)
  /// `/api/models/ID/paths-info/REV`: the entries of the paths in the request's form.
  case pathsInfo(RepositoryID, Revision)
  /// `/api/models/ID/refs`: branches, tags, conversions and pull requests.
  case refs(RepositoryID)
  /// `/api/models/ID/commits/REV`: the history.
  case commits(RepositoryID, Revision)
  /// `/ID/resolve/REV/PATH`: a file's content, from git or LFS.
  case resolve(RepositoryID, Revision, path: RepositoryPath)
  /// `/ID/raw/REV/PATH`: the blob as git stores it, a pointer for a file in LFS.
  case raw(RepositoryID, Revision, path: RepositoryPath)

  /// The path of the resource, percent-encoded.
  public var path: String {
    switch self {
    case .whoAmI: "/api/whoami-v2"
    case .health: "/health"
    case .list(let kind): "/api/\(kind.plural)"
    case .authCheck(let id, let write): Self.api(id) + "/auth-check" + (write ? "/write" : "")
    case .info(let id, nil): Self.api(id)
    case .info(let id, let revision?): Self.api(id, "revision", revision)
    case .tree(let id, let revision, nil): Self.api(id, "tree", revision)
    case .tree(let id, let revision, let path?):
      Self.api(id, "tree", revision) + "/" + PercentEncoding.encode(path.text)
    case .pathsInfo(let id, let revision): Self.api(id, "paths-info", revision)
    case .refs(let id): Self.api(id) + "/refs"
    case .commits(let id, let revision): Self.api(id, "commits", revision)
    case .resolve(let id, let revision, let path): Self.page(id, "resolve", revision, path)
    case .raw(let id, let revision, let path): Self.page(id, "raw", revision, path)
    }
  }

  private static func api(_ id: RepositoryID) -> String { "/api/\(id.kind.plural)/\(id.name)" }

  private static func api(_ id: RepositoryID, _ verb: String, _ revision: Revision) -> String {
    api(id) + "/\(verb)/" + PercentEncoding.encode(revision.name)
  }

  private static func page(_ id: RepositoryID, _ verb: String, _ revision: Revision, _ path: RepositoryPath) -> String {
    "/\(id.pagePath)/\(verb)/" + PercentEncoding.encode(revision.name) + "/" + PercentEncoding.encode(path: path.text)
  }
}
