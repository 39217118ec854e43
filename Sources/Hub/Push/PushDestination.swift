public import GitClient
import HubCache
public import HubModel

/// Where a commit goes.
public enum PushDestination: Hashable, Sendable, CustomStringConvertible {
  /// A repository of the client's hub.
  case hub(RepositoryID)
  /// A repository behind a git server, or a bare one on this machine.
  case git(GitRemote)
  /// A directory of this machine, which gets the files themselves.
  case directory(String)

  /// Reads a repository id, a URL or a path, as the parameter `repo_id` of Python's call.
  ///
  ///     me/model                        a repository of the hub
  ///     https://git.example/me/model    one behind a git server; file:// too
  ///     ./model.git                     a bare repository, made if there is nothing of that name
  ///     ./model                         a directory: a bare repository, or one that gets the files
  ///
  /// What names a directory that exists is that directory; what can only be a path, because it begins with `/`, `./`, `../`
  /// or `~/`, is never taken for an id.
  ///
  /// - Throws: `invalidArgument` for text that is none of these, and for a URL with a password in it.
  public init(_ text: String, kind: RepositoryID.Kind = .model) throws(HubError) {
    if text.hasBytes("://") {
      self = .git(try GitRemote(text))
      return
    }
    let path = PathText.expanded(text)
    // A text with a NUL would name the directory before it.
    let isText = !text.isEmpty && !text.utf8.contains(0)
    let status = isText ? try Disk.status(path, followingLinks: true) : nil
    if status?.kind == .directory {
      self = try Self.isBareRepository(path) ? .git(GitRemote(path)) : .directory(path)
    } else if PathText.isPath(text) {
      self = path.endsWithBytes(".git") ? .git(try GitRemote(path)) : .directory(path)
    } else if let colon = text.firstIndex(of: ":"), text.hasBytes("@"), !text[..<colon].contains("/") {
      let reason = "ssh is not spoken here; take the URL that begins with https://"
      throw HubError(.invalidArgument(name: "git remote", value: nil, reason: reason))
    } else {
      self = .hub(try RepositoryID(text, kind: kind))
    }
  }

  private static func isBareRepository(_ path: String) throws(HubError) -> Bool {
    for name in ["HEAD", "objects", "refs"] where try Disk.status("\(path)/\(name)") == nil { return false }
    return true
  }

  /// The id, the URL or the path.
  public var description: String {
    switch self {
    case .hub(let id): id.description
    case .git(let remote): remote.description
    case .directory(let path): path
    }
  }
}
