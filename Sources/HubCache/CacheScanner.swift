public import HubModel

extension CacheScan {
  /// Looks at every name in a cache; no content is read.
  ///
  /// - Parameters:
  ///   - layout: The cache.
  ///   - repositories: The repositories to look at; all of them, and whatever else lies in the cache, if `nil`.
  /// - Returns: An empty scan if there is no such cache.
  /// - Throws: `cache` if its root is a file; what the disk says of the root. Anything wrong further down is a warning.
  public init(_ layout: CacheLayout, only repositories: Set<RepositoryID>? = nil) throws(HubError) {
    if let status = try Disk.status(layout.root, followingLinks: true), status.kind != .directory {
      throw HubError(.cache(path: layout.root, reason: "it is not a directory"))
    }
    self.layout = layout
    var scanner = CacheScanner(layout: layout)
    let names: [String]
    if let repositories {
      names = repositories.map(CacheLayout.folderName).sorted()
    } else {
      names = try Disk.names(in: layout.root)
    }
    for name in names where try Disk.status("\(layout.root)/\(name)") != nil { scanner.visit(name) }
    (self.repositories, leftovers) = (scanner.repositories.sorted { $0.id < $1.id }, scanner.leftovers)
    (sharedContents, warnings) = (scanner.sharedContents(), scanner.warnings)
  }
}

/// A walk through a cache.
private struct CacheScanner {
  let layout: CacheLayout
  var repositories: [CachedRepository] = []
  var leftovers: [CacheScan.Leftover] = []
  var warnings: [CacheScan.Warning] = []
  /// The blobs that are links to a content of the shared store, by its path.
  var sharedUsers: [String: [String]] = [:]

  /// What desktops leave in every folder that they show.
  private static let ignored: Set = [".DS_Store", "Thumbs.db", "desktop.ini", ".locks", "CACHEDIR.TAG"]

  mutating func warn(_ path: String, _ reason: String) { warnings.append(.init(path: path, reason: reason)) }

  /// What `body` makes, or a warning in its place.
  private mutating func attempt(
    _ path: String, _ body: (inout CacheScanner) throws(HubError) -> Void
  ) {
    do throws(HubError) { try body(&self) } catch { warn(path, "cannot be read: \(error)") }
  }

  private func isFolder(_ path: String) throws(HubError) -> Bool { try Disk.status(path)?.kind == .directory }

  /// The names in a folder; none, and a warning, where something else is: a link may lead to files that are not ours.
  private mutating func names(in path: String) throws(HubError) -> [String] {
    guard let status = try Disk.status(path) else { return [] }
    guard status.kind == .directory else {
      warn(path, "is not a directory")
      return []
    }
    return try Disk.names(in: path)
  }

  mutating func visit(_ name: String) {
    let path = "\(layout.root)/\(name)"
    if Self.ignored.contains(name) || (path == layout.sharedBlobs && hasSharedStore) { return }
    attempt(path) { scanner throws(HubError) in
      guard try Disk.status(path, followingLinks: true)?.kind == .directory else {
        return scanner.warn(path, "is not a directory")
      }
      guard let id = CacheLayout.repository(folderName: name) else {
        return scanner.warn(path, "is not the folder of a repository")
      }
      try scanner.visit(id, at: path)
    }
  }

  private mutating func visit(_ id: RepositoryID, at path: String) throws(HubError) {
    var repository = CachedRepository(id: id, path: path)
    repository.folderTime = try Disk.status(path)?.modified ?? 0
    var blobs = try blobs(of: id)
    if try !isFolder(layout.snapshots(of: id)) { warn(path, "has no folder 'snapshots'") }
    for name in try names(in: layout.snapshots(of: id)) where !Self.ignored.contains(name) {
      let snapshot = "\(layout.snapshots(of: id))/\(name)"
      guard let commit = CommitID(name), let status = try Disk.status(snapshot), status.kind == .directory else {
        warn(snapshot, "is not the snapshot of a commit")
        continue
      }
      var revision = CachedRevision(commit: commit, path: snapshot, folderTime: status.modified)
      attempt(snapshot) { scanner throws(HubError) in
        try scanner.collect("", of: &revision, blobs)
      }
      revision.files.sort { $0.path < $1.path }
      repository.revisions.append(revision)
    }
    try assign(refs(of: id), to: &repository)
    for content in repository.contents { blobs[content.path] = nil }
    repository.orphans = blobs.values.sorted { $0.path < $1.path }
    repositories.append(repository)
  }

  /// The contents in a repository's folder of blobs, by path; leftovers are noted.
  private mutating func blobs(of id: RepositoryID) throws(HubError) -> [String: CachedContent] {
    var blobs: [String: CachedContent] = [:]
    for name in try names(in: layout.blobs(of: id)) where !Self.ignored.contains(name) {
      let path = "\(layout.blobs(of: id))/\(name)"
      if name.endsWithBytes(".incomplete") {
        guard let status = try Disk.status(path) else { continue }
        let etag = name.split(separator: ".").first.flatMap { ETag(hex: $0) }
        let size = status.kind == .file ? status.size : 0
        leftovers.append(.init(repository: id, path: path, kind: status.kind, size: size, etag: etag))
        continue
      }
      guard let status = try Disk.status(path, followingLinks: true) else {
        warn(path, "leads nowhere")
        continue
      }
      guard status.kind == .file else {
        warn(path, "is not a file")
        continue
      }
      var content = CachedContent(
        path: path, etag: ETag(hex: name), isBlob: true, size: status.size, modified: status.modified,
        accessed: status.accessed)
      if let target = Disk.target(ofLink: path) {
        let shared = RepositoryCache.resolve(target, from: path)
        guard Disk.folder(of: Disk.folder(of: shared)) == layout.sharedBlobs else {
          warn(path, "leads out of the cache")
          continue
        }
        content.shared = shared
        sharedUsers[shared, default: []].append(path)
      }
      blobs[path] = content
    }
    return blobs
  }

  /// The files below a folder of a snapshot.
  private mutating func collect(
    _ folder: String, of revision: inout CachedRevision, _ blobs: [String: CachedContent]
  ) throws(HubError) {
    for name in try Disk.names(in: revision.path + folder) where !Self.ignored.contains(name) {
      let location = "\(revision.path)\(folder)/\(name)"
      guard let status = try Disk.status(location) else { continue }
      if status.kind == .directory {
        try collect("\(folder)/\(name)", of: &revision, blobs)
        continue
      }
      // Absence: a name that no repository can have.
      guard let path = try? RepositoryPath(String((folder + "/" + name).dropFirst())), status.kind != .other else {
        warn(location, "is not a file of a repository")
        continue
      }
      var content = CachedContent(
        path: location, isBlob: false, size: status.size, modified: status.modified, accessed: status.accessed)
      if status.kind == .link {
        let blob = Disk.target(ofLink: location).map { RepositoryCache.resolve($0, from: location) }
        guard let found = blob.flatMap({ blobs[$0] }) else {
          warn(location, "leads to no content of the repository")
          revision.broken.append(path)
          continue
        }
        content = found
      }
      revision.files.append(CachedFile(path: path, location: location, content: content))
    }
  }

  /// The commit of every ref of a repository, by the ref's name.
  private mutating func refs(of id: RepositoryID) throws(HubError) -> [String: String] {
    let root = layout.refs(of: id)
    var refs: [String: String] = [:]
    var folders = [""]
    while let folder = folders.popLast() {
      for name in try names(in: root + folder) where !Self.ignored.contains(name) {
        let path = "\(root)\(folder)/\(name)"
        switch try Disk.status(path)?.kind {
        case .directory: folders.append("\(folder)/\(name)")
        case .file:
          let ref = String((folder + "/" + name).dropFirst())
          attempt(path) { scanner throws(HubError) in
            let text = try Disk.read(path, limit: 256).map { String(decoding: $0, as: UTF8.self) } ?? ""
            if CommitID(text) == nil { scanner.warn(path, "does not hold just a commit") }
            refs[ref] = text.filter { !$0.isWhitespace }
          }
        default: warn(path, "is not a ref")
        }
      }
    }
    return refs
  }

  private mutating func assign(_ refs: [String: String], to repository: inout CachedRepository) {
    for (name, hex) in refs.sorted(by: { $0.key < $1.key }) {
      if let index = repository.revisions.firstIndex(where: { $0.commit.hex == hex }) {
        repository.revisions[index].refs.append(name)
      } else {
        repository.danglingRefs[name] = hex
        warn("\(layout.refs(of: repository.id))/\(name)", "refers to a commit without a snapshot")
      }
    }
  }

  // MARK: The shared store

  private var hasSharedStore: Bool {
    // Absence: without its mark the folder is none of ours.
    (try? isFolder(layout.sharedBlobs)) == true
      && (try? Disk.read(layout.sharedBlobs + "/.huggingface-shared-blobs", limit: 16)) == Array("1\n".utf8)
  }

  mutating func sharedContents() -> [CacheScan.SharedContent] {
    guard hasSharedStore else { return [] }
    var contents: [CacheScan.SharedContent] = []
    attempt(layout.sharedBlobs) { scanner throws(HubError) in
      let store = scanner.layout.sharedBlobs
      for prefix in try scanner.names(in: store) where prefix.utf8.count == 2 {
        let folder = "\(store)/\(prefix)"
        for name in try scanner.names(in: folder) where name.utf8.count == 64 && ETag(hex: name) != nil {
          let path = "\(folder)/\(name)"
          guard let status = try Disk.status(path), status.kind == .file else { continue }
          contents.append(.init(path: path, size: status.size, users: scanner.sharedUsers[path] ?? []))
        }
      }
    }
    return contents
  }
}
