import Foundation
import HTTPTypes
import HubGit
import HubModel
import NIOCore
import Synchronization

/// What a commit came to.
struct MadeCommit: Sendable {
  let commit: CommitID
  /// The pull request that it opened.
  let request: Int?
  /// What the one who made it should know.
  let remarks: String
}

extension HubService {
  /// A commit, made of lines of JSON.
  ///
  /// What comes in is stored before anybody waits for the repository: what is under its lock is short. A commit that
  /// fails leaves objects that nothing points to, which `git gc` removes.
  func commit(
    _ id: RepositoryID, _ revision: Revision, _ request: HubRequest, _ body: BodyReader
  ) async throws -> Reply {
    try require(.post, request)
    let isRequest = request.query.isTrue("create_pr")
    // Before the body is read: it may be long.
    let account = try await reading(id, request, needsContent: isRequest) { repository, _ in
      try committer(to: revision, of: id, isRequest: isRequest, repository, request)
    }
    let scanner = try await scan(body)
    let draft = try await reading(id, request, needsContent: isRequest) { repository, _ in
      let tree = try repository.tree(of: try base(revision, repository))
      var contents = try CommitContents(self, id, account, scanner, tree: tree)
      guard let header = scanner.header else { throw Refusal.badRequest("The commit has no header") }
      return try contents.draft(scanner, header, self, repository)
    }
    let made = try await locks.locked(repositories.path(of: id)) {
      try await reading(id, request, needsContent: isRequest) { repository, _ in
        // Rights may have changed while the body came in.
        let account = try committer(to: revision, of: id, isRequest: isRequest, repository, request)
        return isRequest
          ? try open(draft, on: revision, of: id, account, repository, request)
          : try make(draft, on: revision, account, repository, request)
      }
    }
    let page = "\(request.endpoint)/\(id.pagePath)"
    return try Reply(
      json: CommitAnswer(
        commitUrl: "\(page)/commit/\(made.commit.hex)", commitOid: made.commit.hex, hookOutput: made.remarks,
        pullRequestUrl: made.request.map { "\(page)/discussions/\($0)" }))
  }

  /// The account, if it may commit there: to a branch whoever may write, to a pull request also whoever opened it, and
  /// a new pull request everybody who may read.
  private func committer(
    to revision: Revision, of id: RepositoryID, isRequest: Bool, _ repository: borrowing GitRepository,
    _ request: HubRequest
  ) throws -> Account {
    if isRequest { return try participant(request) }
    if let number = Self.pullRequest(revision),
      let record = try DiscussionStore.load(number, repository)?.record, record.pull != nil
    {
      let account = try participant(request)
      guard account.user == record.author || account.mayWrite(to: id) else { throw Refusal.notWritable }
      guard record.status != .merged, record.status != .closed else {
        throw Refusal(.conflict, "Pull request \(number) is \(record.status.rawValue)")
      }
      return account
    }
    return try writer(of: id, request)
  }

  /// The number of the pull request whose commits `revision` names.
  static func pullRequest(_ revision: Revision) -> Int? {
    revision.name.beginsWithBytes("refs/pr/") ? Int(revision.name.dropFirst("refs/pr/".count)) : nil
  }

  /// Takes the body apart as it arrives, off Swift's own threads: it is written to a disk.
  private func scan(_ body: BodyReader) async throws -> CommitScanner {
    let scanner = Scanning(spool)
    try await body.forEach(limit: limits.commit) { piece in
      try await GitThreads.run { try scanner.take(piece) }
    }
    return try await GitThreads.run { try scanner.finished() }
  }

  /// Commits to a branch, again and again where a push was faster.
  private func make(
    _ draft: CommitDraft, on revision: Revision, _ account: Account, _ repository: borrowing GitRepository,
    _ request: HubRequest
  ) throws -> MadeCommit {
    for _ in 0..<Self.mostAttempts {
      let head = try base(revision, repository)
      let reference = try Self.branch(revision, repository, isNew: head == nil)
      try Self.checkParent(draft, head, repository)
      let made = try add(draft, on: head, account, repository, request)
      do throws(HubError) {
        try repository.setReference(
          reference, to: made.commit, expecting: head.map(ExpectedReference.commit) ?? .absent)
        return made
      } catch {
        guard error.code == .conflict else { throw error }
      }
    }
    throw Refusal(
      .conflict, "Another commit operation is in progress for this repository. Please try again later.")
  }

  private static var mostAttempts: Int { 20 }

  /// The ref that a commit to `revision` moves.
  private static func branch(
    _ revision: Revision, _ repository: borrowing GitRepository, isNew: Bool
  ) throws -> String {
    if isNew { return "refs/heads/\(revision.name)" }
    let isFull = ["refs/heads/", "refs/pr/", "refs/convert/"].contains { revision.name.beginsWithBytes($0) }
    let name = isFull ? revision.name : "refs/heads/\(revision.name)"
    guard try repository.commit(ofReference: name) != nil else {
      throw Refusal.badRequest("A commit goes to a branch, and '\(revision.name)' is none")
    }
    return name
  }

  /// Whoever names the commit that theirs is made on is told if it is no longer the last one.
  private static func checkParent(
    _ draft: CommitDraft, _ head: CommitID?, _ repository: borrowing GitRepository
  ) throws {
    guard let parent = draft.header.parentCommit, !parent.isEmpty else { return }
    guard (5...40).contains(parent.utf8.count), head?.hex.beginsWithBytes(parent.lowercased()) == true else {
      throw Refusal(.preconditionFailed, "A commit has happened since. Please refresh and try again.")
    }
  }

  /// Writes the commit, which nothing points to yet.
  func add(
    _ draft: CommitDraft, on head: CommitID?, _ account: Account, _ repository: borrowing GitRepository,
    _ request: HubRequest
  ) throws -> MadeCommit {
    let base = try repository.tree(of: head)
    var tree = try repository.tree(try steps(draft, on: head, repository), on: base)
    if let line = try missingAttributes(draft, tree, repository) {
      let path = try RepositoryPath(".gitattributes")
      tree = try repository.tree([.put(path, try repository.addBlob(line))], on: tree)
    }
    let commit = try repository.addCommit(
      tree, parents: head.map { [$0] } ?? [], message: draft.message, author: signature(of: account, request))
    return MadeCommit(commit: commit, request: nil, remarks: try checked(commit, since: head, repository))
  }

  /// What there is to say of the configurations in a commit.
  ///
  /// - Throws: ``Refusal`` if one of them is broken.
  func checked(
    _ commit: CommitID, since old: CommitID?, _ repository: borrowing GitRepository
  ) throws -> String {
    let check = try ConfigurationCheck(repository, from: old, to: commit)
    if let refusal = check.refusal { throw Refusal(.unprocessableContent, refusal) }
    return check.warnings
  }

  private func steps(
    _ draft: CommitDraft, on head: CommitID?, _ repository: borrowing GitRepository
  ) throws -> [GitStep] {
    var steps: [GitStep] = []
    for change in draft.changes {
      switch change {
      case .blob(let path, let blob): steps.append(.put(path, blob))
      case .pointer(let path, let pointer):
        steps.append(.put(path, try repository.addBlob(pointer.text.utf8)))
      case .removal(let path): steps.append(.remove(path))
      case .folderRemoval(let path): steps.append(.removeDirectory(path))
      case .copy(let path, let source, let revision):
        let commit = try revision.map { revision throws(HubError) in try repository.commit(of: revision) } ?? head
        guard let commit, let entry = try repository.entry(at: source, in: commit, limits: limits.tree),
          entry.kind == .file
        else { throw HubError(.entryNotFound, context: HubError.Context(file: source.text)) }
        steps.append(.put(path, entry.id))
      }
    }
    return steps
  }

  /// The root's `.gitattributes` with a line for each pointer that no line covers, without which `git clone` would
  /// leave the pointer in place of the file; `nil` if all are covered.
  private func missingAttributes(
    _ draft: CommitDraft, _ tree: GitObjectID, _ repository: borrowing GitRepository
  ) throws(HubError) -> [UInt8]? {
    var rules = StorageRules(of: tree, limits: limits.tree)
    var lines = ""
    for case .pointer(let path, _) in draft.changes where try !rules.isCovered(path, repository) {
      lines += GitAttributes.line(for: path)
    }
    guard !lines.isEmpty else { return nil }
    var text: [UInt8] = []
    if let entry = try repository.entry(at: try RepositoryPath(".gitattributes"), inTree: tree) {
      text = try repository.bytes(of: entry.id, limit: StorageRules.longestRules)
    }
    if let last = text.last, last != UInt8(ascii: "\n") { text.append(UInt8(ascii: "\n")) }
    return text + lines.utf8
  }
}

/// A scanner that one piece of work after the other uses, each on a thread of its own.
private final class Scanning: Sendable {
  private let scanner: Mutex<CommitScanner>

  init(_ spool: Spool) { scanner = Mutex(CommitScanner(spool: spool)) }

  func take(_ piece: ByteBuffer) throws {
    try scanner.withLock { scanner in
      try piece.withUnsafeReadableBytes { try scanner.take($0) }
    }
  }

  func finished() throws -> CommitScanner {
    try scanner.withLock { scanner in
      try scanner.finish()
      return scanner
    }
  }
}
