extension CommitPlan {
  /// Decides what a commit of `operations` would change.
  ///
  /// An operation on a path replaces an earlier one on it, so that a folder may be deleted and filled anew in one commit.
  /// A content that is at its path already counts as unchanged wherever the remote keeps it, in git or in LFS.
  ///
  /// - Parameters:
  ///   - operations: What the caller wants, in order.
  ///   - contents: The identity of every content that is added, by its path.
  ///   - remote: What the parent has at the paths of the operations, at those copied from, and below deleted folders.
  ///   - modes: How each file is sent, as the remote says; regular if it says nothing.
  ///   - parent: The commit that the new one is made on; `nil` for none.
  /// - Throws: `entryNotFound` for a deletion or copy of what is not there; `invalidArgument` for a copy of a file that
  ///   LFS does not have, and for a path that would be a file and a folder at once.
  public static func decide(
    _ operations: [CommitOperation], contents: [RepositoryPath: ContentIdentity],
    remote: [RepositoryPath: RemoteEntry], modes: [RepositoryPath: UploadMode] = [:], parent: CommitID?
  ) throws(HubError) -> CommitPlan {
    var items: [RepositoryPath: Item] = [:]
    for operation in operations {
      switch operation {
      case .add(let path, let content):
        guard let identity = contents[path] else { continue }
        items[path] = addition(path, .local(content, identity), remote[path], modes[path] ?? .regular)
      case .addUnlessPresent(let path, let content):
        guard let identity = contents[path], items[path] == nil else { continue }
        let there = remote[path] == nil ? nil : RemoteEntry(object: identity.blob)
        items[path] = addition(path, .local(content, identity), there, modes[path] ?? .regular)
      case .copy(let source, let path):
        items[path] = addition(path, .remote(try pointer(source, remote)), remote[path], .lfs)
      case .deleteFile(let path):
        guard remote[path]?.isDirectory == false else { throw missing(path) }
        items[path] = Item(path: path, action: .deleted, storage: .git, source: nil)
      case .deleteFolder(let folder):
        let paths = remote.keys.filter { remote[$0]?.isDirectory == false && folder.contains($0) }
        guard !paths.isEmpty else { throw missing(folder) }
        for path in paths { items[path] = Item(path: path, action: .deleted, storage: .git, source: nil) }
      }
    }
    try refuseFilesAsFolders(items)
    return CommitPlan(parent: parent, items: Array(items.values))
  }

  private static func addition(
    _ path: RepositoryPath, _ source: Source, _ there: RemoteEntry?, _ mode: UploadMode
  ) -> Item {
    let isSame =
      switch source {
      case .local(_, let identity): there?.has(identity) == true
      case .remote(let pointer): there?.pointer == pointer
      }
    let action: Action = isSame ? .unchanged : mode == .ignored ? .ignored : there == nil ? .added : .changed
    return Item(path: path, action: action, storage: mode == .lfs ? .lfs : .git, source: source)
  }

  private static func pointer(
    _ path: RepositoryPath, _ remote: [RepositoryPath: RemoteEntry]
  ) throws(HubError) -> LFSPointer {
    guard let entry = remote[path], !entry.isDirectory else { throw missing(path) }
    guard let pointer = entry.pointer else {
      throw HubError(
        .invalidArgument(
          name: "copy", value: path.text, reason: "only files in LFS can be copied on the remote; add the content"))
    }
    return pointer
  }

  private static func missing(_ path: RepositoryPath) -> HubError {
    HubError(.entryNotFound, context: HubError.Context(file: path.text))
  }

  private static func refuseFilesAsFolders(_ items: [RepositoryPath: Item]) throws(HubError) {
    for (path, item) in items where item.action != .deleted {
      for folder in path.folders {
        guard let other = items[folder], other.action != .deleted else { continue }
        throw HubError(
          .invalidArgument(name: "path", value: folder.text, reason: "it would be a file, and the folder of '\(path)'"))
      }
    }
  }
}

extension RepositoryPath {
  /// The directories that the path is in, the innermost one first.
  public var folders: [RepositoryPath] {
    var (folders, rest): ([RepositoryPath], Substring) = ([], text[...])
    while let slash = rest.utf8.lastIndex(of: UInt8(ascii: "/")) {
      rest = rest[..<slash]
      // A part of a path that was checked is one that would pass; absence would be a broken rule of its own.
      if let folder = try? RepositoryPath(String(rest)) { folders.append(folder) }
    }
    return folders
  }

  /// Whether `path` is somewhere below this directory.
  public func contains(_ path: RepositoryPath) -> Bool { path.text.beginsWithBytes(text + "/") }
}
