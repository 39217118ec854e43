import HubCache
package import HubModel

/// The files of a directory that is to be pushed.
///
/// Left out are, at any depth, `.git` and `.cache/huggingface`, where git and downloads keep their own records. A link to a
/// file counts as the file; one to a directory is refused, as following it might never end and leaving it out would lose
/// what the user sees there.
package struct FolderContents {
  private let root: String
  private let selection: FileSelection
  package private(set) var files: [(path: RepositoryPath, file: String)] = []

  /// Walks the directory `root`.
  ///
  /// - Parameter selection: Which files, by their paths below `root`.
  /// - Throws: `entryNotFound` if there is no such directory, and for a link to nothing; `unsafePath` for a name that cannot
  ///   be in a repository; `invalidArgument` for a device, a pipe, and a link to a directory.
  package init(of root: String, _ selection: FileSelection) throws(HubError) {
    (self.root, self.selection) = (CacheLayout(root: root).root, selection)
    guard try Disk.status(self.root, followingLinks: true)?.kind == .directory else {
      throw HubError(.entryNotFound, context: HubError.Context(file: root))
    }
    try add(nil)
  }

  private mutating func add(_ folder: RepositoryPath?) throws(HubError) {
    let directory = folder.map { "\(root)/\($0.text)" } ?? root
    for name in try Disk.names(in: directory) where !Self.isRecord(name, in: folder) {
      let path = if let folder { try folder.appending(name) } else { try RepositoryPath(name) }
      let file = "\(directory)/\(name)"
      switch try Disk.status(file)?.kind {
      case .directory: try add(path)
      case .file where selection.contains(path.text): files.append((path, file))
      case .link where selection.contains(path.text): try addLinked(path, file)
      case .other where selection.contains(path.text): throw refusal(file, "it is a device or a pipe")
      default: continue
      }
    }
  }

  private mutating func addLinked(_ path: RepositoryPath, _ file: String) throws(HubError) {
    switch try Disk.status(file, followingLinks: true)?.kind {
    case .file: files.append((path, file))
    case .directory: throw refusal(file, "it is a link to a directory; push that directory, or exclude the link")
    case .link, .other: throw refusal(file, "it is a link to a device or a pipe")
    case nil: throw HubError(.entryNotFound, context: HubError.Context(file: file))
    }
  }

  private func refusal(_ file: String, _ reason: String) -> HubError {
    HubError(.invalidArgument(name: "file", value: file, reason: reason))
  }

  private static func isRecord(_ name: String, in folder: RepositoryPath?) -> Bool {
    name == ".git" || (name == "huggingface" && folder?.lastComponent == ".cache")
  }
}
