import HubCache
public import HubModel

/// Where a commit goes.
public enum PushDestination: Hashable, Sendable, CustomStringConvertible {
  /// A repository of the client's hub.
  case hub(RepositoryID)
  /// A directory of this machine, which gets the files themselves.
  case directory(String)

  /// Reads a repository id or a path, as the parameter `repo_id` of Python's call.
  ///
  /// What names a directory that exists is that directory; what can only be a path is never taken for an id.
  ///
  /// - Throws: `invalidArgument` for text that is none of these.
  public init(_ text: String, kind: RepositoryID.Kind = .model) throws(HubError) {
    let isPath = text == "." || text == ".." || ["/", "./", "../"].contains { text.beginsWithBytes($0) }
    // A text with a NUL would name the directory before it.
    let status = text.isEmpty || text.utf8.contains(0) ? nil : try Disk.status(text, followingLinks: true)
    if isPath || status?.kind == .directory {
      self = .directory(text)
    } else {
      self = .hub(try RepositoryID(text, kind: kind))
    }
  }

  /// The id or the path.
  public var description: String {
    switch self {
    case .hub(let id): id.description
    case .directory(let path): path
    }
  }
}
