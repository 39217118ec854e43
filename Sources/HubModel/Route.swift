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
  /// `/api/repos/create`, `/api/repos/delete`, `/api/repos/move`: what changes which repositories there are.
  case repositories(RepositoryVerb)
  /// `/api/validate-yaml`: whether a model card's front matter is well formed.
  case validateYAML
  /// `/api/models/ID/settings`: who sees the repository.
  case settings(RepositoryID)
  /// `/api/models/ID/preupload/REV`: which files of a commit go to LFS.
  case preupload(RepositoryID, Revision)
  /// `/api/models/ID/commit/REV`: a commit, as lines of JSON.
  case commit(RepositoryID, Revision)
  /// `/api/models/ID/super-squash/BRANCH`: one commit in place of a branch's history.
  case squash(RepositoryID, Revision)
  /// `/api/models/ID/branch/NAME`: makes or deletes a branch; the name is not checked yet.
  case branch(RepositoryID, String)
  /// `/api/models/ID/tag/NAME`: makes a tag at that revision, or deletes the tag of that name; not checked yet.
  case tag(RepositoryID, String)
  /// `/api/models/ID/discussions`: discussions and pull requests.
  case discussions(RepositoryID)
  /// `/api/models/ID/discussions/N`, `/api/models/ID/discussions/N/merge` and so on: one of them.
  case discussion(RepositoryID, number: Int, DiscussionVerb)
  /// `/ID/ask-access`, `/api/models/ID/user-access-request/pending` and so on: who may read a gated repository.
  case access(RepositoryID, AccessVerb)
  /// `/api/models/ID/scheduler-plan/REV/PATH`: the timesteps and sigmas of a stored scheduler's configuration; no hub's
  /// interface but our own. The path is one encoded component.
  case schedulerPlan(RepositoryID, Revision, path: RepositoryPath)
  /// `/ID.git/info/refs` and so on: git's smart HTTP.
  case git(RepositoryID, GitService)
  /// `/ID.git/info/lfs/objects/batch` and so on: git LFS.
  case lfs(RepositoryID, LFSService)
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
    case .repositories(let verb): "/api/repos/\(verb.rawValue)"
    case .validateYAML: "/api/validate-yaml"
    case .settings(let id): Self.api(id) + "/settings"
    case .preupload(let id, let revision): Self.api(id, "preupload", revision)
    case .commit(let id, let revision): Self.api(id, "commit", revision)
    case .squash(let id, let branch): Self.api(id, "super-squash", branch)
    case .branch(let id, let name): Self.api(id) + "/branch/" + PercentEncoding.encode(name)
    case .tag(let id, let name): Self.api(id) + "/tag/" + PercentEncoding.encode(name)
    case .discussions(let id): Self.api(id) + "/discussions"
    case .discussion(let id, let number, let verb): Self.api(id) + "/discussions/\(number)" + verb.suffix
    case .access(let id, .ask): "/\(id.pagePath)/ask-access"
    case .access(let id, let verb): Self.api(id) + "/user-access-request/" + verb.rawValue
    case .schedulerPlan(let id, let revision, let path):
      Self.api(id, "scheduler-plan", revision) + "/" + PercentEncoding.encode(path.text)
    case .git(let id, let service): "/\(id.pagePath).git/" + service.rawValue
    case .lfs(let id, let service): "/\(id.pagePath).git/info/lfs/" + service.suffix
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
