import HubModel
import LFSClient

/// What is to be pushed.
struct PushRequest: Sendable {
  var operations: [CommitOperation]
  /// Files of the remote that are deleted, by patterns of paths below a directory.
  var deletions: (patterns: [String], folder: RepositoryPath?)
  var parent: CommitID?
  var progress: (@Sendable (PushProgress) -> Void)?

  init(
    _ operations: [CommitOperation], deleting patterns: [String] = [], below folder: RepositoryPath? = nil,
    options: PushOptions
  ) {
    (self.operations, deletions) = (operations, (patterns, folder))
    (parent, progress) = (options.parent, options.progress)
  }
}

/// One push: the plan of a commit, and its way to the remote.
///
///     head ──> identities ──> entries, modes ──> CommitPlan ──> LFS objects ──> commit ──> done
///       ^                                                                          │ the branch has moved on
///       └──────────────── the same paths? an error : once more on the new head <───┘
///
/// The commit is the last step and the only one that is seen by others: it names the head that it was planned on, and the
/// remote refuses it if that is not the head any more.
struct Push<Transport: PushTransport> {
  let transport: Transport
  let request: PushRequest

  /// How often a commit is tried on a new head; each time somebody else has made one.
  private static var rebaseLimit: Int { 40 }
  /// How often a commit is tried anew after the remote failed.
  private static var failureLimit: Int { 3 }

  /// What would be changed; nothing is.
  func plan() async throws(HubError) -> CommitPlan {
    let head = try await transport.head(preparing: false)
    try refuseOtherParent(head)
    return try await plan(on: head, try await identities())
  }

  /// Changes it.
  func run(_ message: CommitMessage) async throws(HubError) -> PushedCommit {
    let identities = try await identities()
    var head = try await transport.head(preparing: true)
    var (rebases, failures) = (0, 0)
    while true {
      try refuseOtherParent(head)
      let plan = try await plan(on: head, identities)
      guard !plan.isEmpty else {
        return PushedCommit(
          plan: plan, outcome: .unchanged, commit: head.commit, repository: transport.repository)
      }
      request.progress?(.planned(plan))
      try await transport.store(plan.objects, given: ownRules(), for: head)
      request.progress?(.committing)
      do throws(HubError) {
        return try await transport.commit(plan, message, on: head)
      } catch {
        guard let kind = PushFailure(error) else { throw error }
        let newHead = try await transport.head(preparing: false)
        if kind != .moved, let made = try await transport.find(plan, message, from: head, to: newHead) { return made }
        if kind == .moved { rebases += 1 } else { failures += 1 }
        guard rebases < Self.rebaseLimit, failures < Self.failureLimit else { throw error }
        try await refuseCollisions(of: plan, from: head, to: newHead)
        try await pause(rebases + failures)
        request.progress?(.rebasing(on: newHead.commit))
        head = newHead
      }
    }
  }

  // MARK: Planning

  private func identities() async throws(HubError) -> [RepositoryPath: ContentIdentity] {
    var contents: [RepositoryPath: LocalContent] = [:]
    for operation in request.operations { contents[operation.path] = operation.content }
    let progress = request.progress
    let pairs = try await concurrently(contents.sorted { $0.key < $1.key }, limit: 2) { file throws(HubError) in
      progress?(.hashing(file.key))
      return (file.key, try await file.value.identity())
    }
    return Dictionary(pairs) { first, _ in first }
  }

  private func plan(
    on head: Transport.Head, _ identities: [RepositoryPath: ContentIdentity]
  ) async throws(HubError) -> CommitPlan {
    var (operations, remote): ([CommitOperation], [RepositoryPath: RemoteEntry]) = (request.operations, [:])
    if !request.deletions.patterns.isEmpty {
      remote = try await transport.entries(below: request.deletions.folder, in: head)
      operations = deletions(remote) + operations
    }
    remote.merge(try await transport.entries(at: paths(operations), in: head)) { $1 }
    for case .deleteFolder(let folder) in operations {
      remote.merge(try await transport.entries(below: folder, in: head)) { $1 }
    }
    // Only what differs needs to be asked about.
    let draft = try CommitPlan.decide(operations, contents: identities, remote: remote, parent: head.commit)
    let files = draft.effective.compactMap { item in identities[item.path].map { (item.path, $0) } }
    guard !files.isEmpty else { return draft }
    let rules = try ownRules()
    let modes = try await transport.modes(of: files, given: rules, in: head)
    let plan = try CommitPlan.decide(
      operations, contents: identities, remote: remote, modes: modes, parent: head.commit)
    let companions = try await transport.companions(of: plan, given: rules, in: head)
    guard !companions.isEmpty else { return plan }
    remote.merge(try await transport.entries(at: companions.map(\.path), in: head)) { $1 }
    var contents = identities
    for case .add(let path, let content) in companions { contents[path] = try await content.identity() }
    return try CommitPlan.decide(
      operations + companions, contents: contents, remote: remote, modes: modes, parent: head.commit)
  }

  private func paths(_ operations: [CommitOperation]) -> [RepositoryPath] {
    var paths: Set<RepositoryPath> = []
    for operation in operations {
      paths.insert(operation.path)
      if case .copy(let source, _) = operation { paths.insert(source) }
    }
    return paths.sorted()
  }

  /// The deletions that the patterns stand for; the rules for LFS are never among them, as in Python.
  private func deletions(_ remote: [RepositoryPath: RemoteEntry]) -> [CommitOperation] {
    let (patterns, folder) = request.deletions
    let start = folder.map { $0.text.utf8.count + 1 } ?? 0
    return remote.keys.sorted().filter { path in
      let rest = String(Substring(path.text.utf8.dropFirst(start)))
      return rest != LFSRules.fileName && patterns.contains { FileSelection.matches(rest, $0) }
    }.map { .deleteFile($0) }
  }

  private func ownRules() throws(HubError) -> OwnRules {
    var rules = OwnRules()
    for case .add(let path, let content) in request.operations {
      if path.text == LFSRules.fileName { rules.gitAttributes = try content.text() }
      if path.text == ".gitignore" { rules.gitIgnore = try content.text() }
      if path.text == LFSStorage.configurationName { rules.lfsConfiguration = try content.text() }
    }
    return rules
  }

  // MARK: The branch has moved on

  private func refuseOtherParent(_ head: Transport.Head) throws(HubError) {
    guard let parent = request.parent, parent != head.commit else { return }
    throw HubError(.conflict("The branch is not at \(parent) but at \(head.commit?.hex ?? "no commit")"))
  }

  /// Makes sure that nobody else has touched the paths of `plan`.
  private func refuseCollisions(
    of plan: CommitPlan, from head: Transport.Head, to newHead: Transport.Head
  ) async throws(HubError) {
    guard newHead.commit != head.commit else { return }
    // What was not asked for is decided anew on the new head: files that give way, and rules for LFS.
    let yielding = yieldingPaths
    let items = plan.effective.filter { !yielding.contains($0.path) }
    let paths = Set(items.map(\.path))
    let all = paths.union(paths.flatMap(\.folders)).sorted()
    let (before, after) = (
      try await transport.entries(at: all, in: head), try await transport.entries(at: all, in: newHead)
    )
    let collisions = items.filter { item in
      if case .local(_, let identity) = item.source, after[item.path]?.has(identity) == true { return false }
      let isFileAbove = item.path.folders.contains { after[$0]?.isDirectory == false }
      return before[item.path] != after[item.path] || isFileAbove
    }
    guard !collisions.isEmpty else { return }
    let names = collisions.prefix(10).map { "'\($0.path)'" }.joined(separator: ", ")
    let more = collisions.count > 10 ? " and \(collisions.count - 10) more" : ""
    throw HubError(
      .conflict("Somebody else has changed \(names)\(more) meanwhile; nothing was committed"))
  }

  /// The paths on which somebody else's change counts.
  private var yieldingPaths: Set<RepositoryPath> {
    var paths: Set<RepositoryPath> = []
    for case .addUnlessPresent(let path, _) in request.operations { paths.insert(path) }
    let isOurs = request.operations.contains { $0.path.text == LFSRules.fileName }
    // Absence: the name is one that passes.
    if !isOurs, let rules = try? RepositoryPath(LFSRules.fileName) { paths.insert(rules) }
    return paths
  }

  /// Several that were refused at once do not come back at once.
  private func pause(_ attempt: Int) async throws(HubError) {
    do {
      try await Task.sleep(for: .milliseconds(Int.random(in: 0...min(40 * attempt, 1000))))
    } catch {
      throw HubError(.cancelled)
    }
  }
}

/// A failure after which the branch is looked at again.
private enum PushFailure {
  /// The branch is not where it was.
  case moved
  /// The answer was lost.
  case lost
  /// The remote failed.
  case failed

  init?(_ error: HubError) {
    switch error.problem {
    case .conflict where !(error.cause is ChangedFile): self = .moved
    case .uncertain: self = .lost
    case .status(500...504): self = .failed
    default: return nil
    }
  }
}
