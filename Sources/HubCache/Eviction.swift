public import HubModel

/// What goes when something is removed from a cache, decided before anything is done.
///
/// A dry run prints it; ``execute()`` carries it out. Nothing goes that a revision which stays refers to.
public struct Eviction: Sendable, Hashable {
  /// Something to be removed.
  public enum Target: Sendable, Hashable {
    /// All of a repository.
    case repository(RepositoryID)
    /// A commit, of one repository or of every one that has it: copies of a repository share their commits.
    case revision(CommitID, of: RepositoryID? = nil)
    /// A file of a repository, at one commit or at every one.
    case file(RepositoryID, RepositoryPath, CommitID?)
  }

  /// One removal.
  public struct Step: Sendable, Hashable {
    /// What is removed. The order of the cases is that of the steps: a ref never outlives its snapshot, nor a link its
    /// content, so that a crash between two steps leaves a cache that every client can read.
    public enum Kind: Int, Sendable, Hashable, CaseIterable, Comparable {
      /// A ref.
      case ref
      /// A file of a snapshot that stays.
      case file
      /// A snapshot.
      case snapshot
      /// What is recorded of a snapshot: its listing, and which files it does not have.
      case record
      /// A content.
      case content
      /// The beginning of a content.
      case leftover
      /// A content of the store that is shared between repositories.
      case sharedContent
      /// What is left of a repository's folder.
      case repository

      /// Orders as they are removed.
      public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
    }

    /// What is removed.
    public var kind: Kind
    /// Where it is.
    public var path: String
    /// The bytes that this frees.
    public var size: Int64
    /// The lock that must be free, as somebody who holds it is just using this.
    public var lock: String?
    /// Whose it is.
    public var repository: RepositoryID?
  }

  /// The removals, in their order.
  public var steps: [Step]
  /// What was to be removed and is not in the cache.
  public var unknown: [Target] = []

  /// The bytes that are freed, if nothing is in use.
  public var size: Int64 { steps.reduce(0) { $0 + $1.size } }
  /// Whether there is nothing to do.
  public var isEmpty: Bool { steps.isEmpty }
  /// The repositories that go as a whole.
  public var repositories: [RepositoryID] { steps.filter { $0.kind == .repository }.compactMap(\.repository) }
  /// The number of snapshots that go.
  public var revisionCount: Int { steps.count { $0.kind == .snapshot } }
}

extension Eviction {
  /// What has to go for `targets` to be gone.
  public init(removing targets: some Sequence<Target>, from scan: CacheScan) {
    var plan = EvictionPlan(scan: scan)
    for target in targets where !plan.mark(target) { plan.unknown.append(target) }
    self.init(steps: plan.steps(), unknown: plan.unknown)
  }

  /// What nobody needs: revisions that no ref names, the rest of interrupted downloads, contents that no snapshot
  /// refers to.
  public init(pruning scan: CacheScan) {
    var plan = EvictionPlan(scan: scan)
    for repository in scan.repositories {
      for revision in repository.revisions where revision.isDetached {
        plan.revisions.insert(.init(repository: repository.id, commit: revision.commit))
      }
    }
    plan.removesWaste = true
    self.init(steps: plan.steps())
  }
}

/// What goes, and what follows from it.
private struct EvictionPlan {
  struct Revision: Hashable {
    var repository: RepositoryID, commit: CommitID
  }

  let scan: CacheScan
  var repositories: Set<RepositoryID> = []
  var revisions: Set<Revision> = []
  /// Files by where they are on disk.
  var files: Set<String> = []
  var unknown: [Eviction.Target] = []
  var removesWaste = false

  init(scan: CacheScan) { self.scan = scan }

  /// Notes that something goes; answers whether it is there.
  mutating func mark(_ target: Eviction.Target) -> Bool {
    switch target {
    case .repository(let id):
      guard scan.repositories.contains(where: { $0.id == id }) else { return false }
      repositories.insert(id)
      return true
    case .revision(let commit, let id):
      let owners = scan.repositories.filter { repository in
        (id == nil || id == repository.id) && repository.revisions.contains { $0.commit == commit }
      }
      for owner in owners { revisions.insert(.init(repository: owner.id, commit: commit)) }
      return !owners.isEmpty
    case .file(let id, let path, let commit):
      let revisions = scan.repositories.first { $0.id == id }?.revisions ?? []
      let found = revisions.filter { commit == nil || $0.commit == commit }.flatMap(\.files).filter { $0.path == path }
      files.formUnion(found.map(\.location))
      return !found.isEmpty
    }
  }

  func steps() -> [Eviction.Step] {
    var steps: [Eviction.Step] = []
    for repository in scan.repositories { steps += self.steps(for: repository) }
    if removesWaste { steps += scan.leftovers.map(step) }
    let going = Set(steps.map(\.path))
    for content in scan.sharedContents {
      // One that nobody refers to is waste; one whose last users go now goes with them.
      let goes = content.users.isEmpty ? removesWaste : content.users.allSatisfy(going.contains)
      guard goes else { continue }
      steps.append(
        .init(kind: .sharedContent, path: content.path, size: content.size, lock: content.path + ".lock"))
    }
    return steps.enumerated().sorted { ($0.element.kind, $0.offset) < ($1.element.kind, $1.offset) }.map(\.element)
  }

  private func steps(for repository: CachedRepository) -> [Eviction.Step] {
    let id = repository.id
    let going = repository.revisions.filter { goes($0, of: id) }
    let staying = repository.revisions.filter { !goes($0, of: id) }
    // A repository without a snapshot is one that Python calls corrupted.
    let goesWhole = repositories.contains(id) || (staying.isEmpty && !going.isEmpty)
    let needed = Set(staying.flatMap { $0.files.filter { !files.contains($0.location) }.map(\.content.path) })
    var contents = repository.contents.filter { $0.isBlob && !needed.contains($0.path) }
    if goesWhole || removesWaste { contents += repository.orphans }
    var steps = going.flatMap { self.steps(for: $0, of: id) }
    steps += staying.flatMap(\.files).filter { files.contains($0.location) }.map { step(for: $0, of: id) }
    steps += contents.map { step(for: $0, of: id) }
    if goesWhole {
      steps += repository.danglingRefs.keys.sorted().map { step(forRef: $0, of: id) }
      if !removesWaste { steps += scan.leftovers.filter { $0.repository == id }.map(step) }
      steps.append(.init(kind: .repository, path: repository.path, size: 0, repository: id))
    }
    return steps
  }

  /// A revision goes too when all of its files do.
  private func goes(_ revision: CachedRevision, of id: RepositoryID) -> Bool {
    repositories.contains(id) || revisions.contains(.init(repository: id, commit: revision.commit))
      || (!revision.files.isEmpty && revision.files.allSatisfy { files.contains($0.location) })
  }

  private func steps(for revision: CachedRevision, of id: RepositoryID) -> [Eviction.Step] {
    let folder = scan.layout.folder(of: id)
    // In a cache without links the snapshot holds the contents themselves.
    let own = revision.files.filter { !$0.content.isBlob }.reduce(0) { $0 + $1.content.size }
    return revision.refs.map { step(forRef: $0, of: id) } + [
      .init(kind: .snapshot, path: revision.path, size: own, repository: id),
      .init(kind: .record, path: scan.layout.tree(revision.commit, of: id), size: 0, repository: id),
      .init(kind: .record, path: "\(folder)/.no_exist/\(revision.commit.hex)", size: 0, repository: id),
    ]
  }

  private func step(forRef name: String, of id: RepositoryID) -> Eviction.Step {
    .init(kind: .ref, path: "\(scan.layout.refs(of: id))/\(name)", size: 0, repository: id)
  }

  private func step(for file: CachedFile, of id: RepositoryID) -> Eviction.Step {
    .init(
      kind: .file, path: file.location, size: file.content.isBlob ? 0 : file.content.size, repository: id)
  }

  private func step(for content: CachedContent, of id: RepositoryID) -> Eviction.Step {
    .init(
      kind: .content, path: content.path, size: content.shared == nil ? content.size : 0,
      lock: content.etag.map { scan.layout.lock($0, of: id) }, repository: id)
  }

  private func step(_ leftover: CacheScan.Leftover) -> Eviction.Step {
    // A temporary file of ours is of no content yet; its writer has locked the file itself.
    let own = leftover.kind == .file ? leftover.path : nil
    let lock = leftover.etag.map { scan.layout.lock($0, of: leftover.repository) } ?? own
    return .init(
      kind: .leftover, path: leftover.path, size: leftover.size, lock: lock, repository: leftover.repository)
  }
}
