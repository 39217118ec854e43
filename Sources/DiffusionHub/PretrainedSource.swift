import Hub
import HubCache
public import HubModel

/// Where a pretrained configuration is: a directory, or a repository of a hub.
public enum PretrainedSource: Sendable, Hashable, CustomStringConvertible {
  /// A directory on this machine.
  case directory(String)
  /// A repository, by its id.
  case repository(RepositoryID)

  /// Reads a path or a repository id, as `pretrained_model_name_or_path` in Python.
  ///
  /// What names a directory that exists is that directory. What can only be a path, because it begins with `/`, `./`, `../`
  /// or `~`, is never taken for an id, so that a mistyped path asks nothing of a hub.
  ///
  /// - Throws: `entryNotFound` for a path without a directory; `invalidArgument` for text that is no repository id.
  public init(_ text: String) throws(HubError) {
    let path = PathText.expanded(text)
    // A text with a NUL would name the directory before it.
    if !text.isEmpty, !text.utf8.contains(0), try Disk.status(path, followingLinks: true)?.kind == .directory {
      self = .directory(path)
    } else if PathText.isPath(text) {
      throw HubError(.entryNotFound, context: HubError.Context(file: text))
    } else {
      self = .repository(try RepositoryID(text))
    }
  }

  /// The path or the id.
  public var description: String {
    switch self {
    case .directory(let path): path
    case .repository(let id): id.description
    }
  }
}
