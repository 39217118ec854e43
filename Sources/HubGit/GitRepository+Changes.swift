internal import CGit2
public import HubModel

/// One step from a tree to another; the order of steps counts.
public enum GitStep: Hashable, Sendable {
  /// The path is this blob.
  case put(RepositoryPath, GitObjectID)
  /// The file is no longer there.
  case remove(RepositoryPath)
  /// The directory is no longer there, nor anything below it.
  case removeDirectory(RepositoryPath)

  var path: RepositoryPath {
    switch self {
    case .put(let path, _), .remove(let path), .removeDirectory(let path): path
    }
  }
}

extension GitRepository {
  /// The tree of `commit`; the empty one, which is written, without a commit.
  public borrowing func tree(of commit: CommitID?) throws(HubError) -> GitObjectID {
    guard let commit else { return try emptyTree() }
    return GitObjectID(git_commit_tree_id(try lookUp(commit).pointer).pointee)
  }

  /// The tree that `steps` make out of `base`, one after the other.
  ///
  /// Steps that do not depend on each other are made together. A directory that a step leaves without entries is
  /// removed, as git knows none.
  ///
  /// - Throws: `entryNotFound` for a removal of what is not there; `conflict` for a file where a directory is, or below
  ///   a file.
  public borrowing func tree(_ steps: [GitStep], on base: GitObjectID) throws(HubError) -> GitObjectID {
    var (tree, pending) = (base, PendingSteps())
    for step in steps {
      if pending.touches(step.path) {
        tree = try make(pending.steps, on: tree)
        pending = PendingSteps()
      }
      pending.add(step)
    }
    return try make(pending.steps, on: tree)
  }

  private borrowing func make(_ steps: [GitStep], on base: GitObjectID) throws(HubError) -> GitObjectID {
    for step in steps { try check(step, on: base) }
    var tree = try update(base, steps)
    var folders = Set(steps.compactMap { $0.isRemoval ? $0.path.directory : nil })
    while !folders.isEmpty {
      var empty: [GitStep] = []
      for folder in folders where try isEmpty(folder, in: tree) { empty.append(.removeDirectory(folder)) }
      tree = try update(tree, empty)
      folders = Set(empty.compactMap { $0.path.directory })
    }
    return tree
  }

  private borrowing func isEmpty(_ folder: RepositoryPath, in tree: GitObjectID) throws(HubError) -> Bool {
    guard let entry = try entry(at: folder, inTree: tree), entry.kind == .directory else { return false }
    var id = entry.id.oid
    return git_tree_entrycount(try directory(&id, TreeLimits()).pointer) == 0
  }

  /// What is at the path now decides whether a step can be made; the words are for whoever asked for it.
  private borrowing func check(_ step: GitStep, on base: GitObjectID) throws(HubError) {
    let context = HubError.Context(file: step.path.text)
    let kind = try entry(at: step.path, inTree: base)?.kind
    switch (step, kind) {
    case (.put, .directory):
      throw HubError(.conflict("\(step.path) is a directory, so it cannot be a file"), context: context)
    case (.remove, nil), (.removeDirectory, nil), (.remove, .directory):
      throw HubError(.entryNotFound, context: context)
    case (.removeDirectory, .file), (.removeDirectory, .link): throw HubError(.entryNotFound, context: context)
    default: break
    }
    guard case .put = step, kind == nil else { return }
    var folder = step.path.directory
    while let path = folder {
      if let kind = try entry(at: path, inTree: base)?.kind {
        guard kind != .directory else { return }
        throw HubError(.conflict("\(path) is a file, so nothing can be below it"), context: context)
      }
      folder = path.directory
    }
  }

  /// One call of libgit2, which sorts the updates and reads each directory once. A file that can be run stays one.
  private borrowing func update(_ base: GitObjectID, _ steps: [GitStep]) throws(HubError) -> GitObjectID {
    guard !steps.isEmpty else { return base }
    var (made, id) = (git_oid(), base.oid)
    let tree = try Handle("git_tree_lookup", free: git_tree_free) { git_tree_lookup(&$0, pointer, &id) }
    let names = CStrings(steps.map(\.path.text))
    var updates: [git_tree_update] = []
    for (step, name) in zip(steps, names.pointers) {
      var update = git_tree_update()
      update.path = UnsafePointer(name)
      update.filemode = GIT_FILEMODE_BLOB
      if case .put(_, let blob) = step {
        update.id = blob.oid
        if Self.isExecutable(name, in: tree) { update.filemode = GIT_FILEMODE_BLOB_EXECUTABLE }
      } else {
        update.action = GIT_TREE_UPDATE_REMOVE
      }
      updates.append(update)
    }
    try GitFailure.check(
      git_tree_create_updated(&made, pointer, tree.pointer, updates.count, updates), "git_tree_create_updated")
    withExtendedLifetime(names) {}
    return GitObjectID(made)
  }

  private static func isExecutable(_ path: UnsafePointer<CChar>, in tree: borrowing Handle) -> Bool {
    var entry: OpaquePointer?
    guard git_tree_entry_bypath(&entry, tree.pointer, path) == 0, let entry else {
      git_error_clear()
      return false
    }
    defer { git_tree_entry_free(entry) }
    return git_tree_entry_filemode(entry) == GIT_FILEMODE_BLOB_EXECUTABLE
  }

  private borrowing func emptyTree() throws(HubError) -> GitObjectID {
    let builder = try Handle("git_treebuilder_new", free: git_treebuilder_free) {
      git_treebuilder_new(&$0, pointer, nil)
    }
    var empty = git_oid()
    try GitFailure.check(git_treebuilder_write(&empty, builder.pointer), "git_treebuilder_write")
    return GitObjectID(empty)
  }
}

/// Steps that can be made in any order: no path is another's, or above it.
private struct PendingSteps {
  private(set) var steps: [GitStep] = []
  private var paths: Set<RepositoryPath> = []
  private var folders: Set<RepositoryPath> = []

  func touches(_ path: RepositoryPath) -> Bool {
    paths.contains(path) || folders.contains(path) || path.directories.contains(where: paths.contains)
  }

  mutating func add(_ step: GitStep) {
    steps.append(step)
    paths.insert(step.path)
    folders.formUnion(step.path.directories)
  }
}

extension GitStep {
  fileprivate var isRemoval: Bool { if case .put = self { false } else { true } }
}

extension RepositoryPath {
  /// The directory that the path is in, `nil` at the root.
  var directory: RepositoryPath? {
    try? RepositoryPath(components.dropLast().joined(separator: "/"))  // absence: the root
  }

  /// The directories above, the nearest first.
  var directories: [RepositoryPath] {
    var (paths, next) = ([RepositoryPath](), directory)
    while let path = next {
      paths.append(path)
      next = path.directory
    }
    return paths
  }
}
