import HTTPTypes
import HubGit
import HubModel

/// What is asked for by the routes that change a discussion.
private struct DiscussionWish: Decodable, Sendable {
  var comment, content, title, status: String?
}

/// The answer to a change, under the name that clients look for.
private struct DiscussionChangeAnswer: Encodable {
  var newMessage, newTitle, newStatus, updatedComment: DiscussionEventAnswer?
}

extension HubService {
  /// Changes a discussion.
  func change(
    _ id: RepositoryID, _ number: Int, _ verb: Route.DiscussionVerb, _ request: HubRequest, _ body: BodyReader
  ) async throws -> Reply {
    try require(.post, request)
    let bytes = try await body.bytes(limit: limits.body)
    let isEmpty = bytes.isEmpty || bytes.elementsEqual("null".utf8)
    let wish = isEmpty ? DiscussionWish() : try parse(bytes, form: #"{"comment": "words"}"#)
    return try await participating(id, request) { repository, _, account in
      var entry = try Self.existing(number, repository)
      let change = DiscussionChange(
        id: id, account: account, author: signature(of: account, request), isOwner: account.mayWrite(to: id))
      var answer = DiscussionChangeAnswer()
      switch verb {
      case .details: throw Refusal.noRoute
      case .comment: answer.newMessage = try change.comment(&entry.record, wish)
      case .title: answer.newTitle = try change.title(&entry.record, wish)
      case .status: answer.newStatus = try change.status(&entry.record, wish, repository)
      case .edit(let comment): answer.updatedComment = try change.edit(comment, in: &entry.record, wish)
      case .hide(let comment): answer.updatedComment = try change.hide(comment, in: &entry.record)
      case .merge:
        answer.newStatus = try merge(&entry.record, wish.comment, change, repository)
      }
      try DiscussionStore.save(
        entry.record, on: entry.commit, as: change.author, saying: Self.words(verb), repository)
      return try Reply(json: answer)
    }
  }

  private static func words(_ verb: Route.DiscussionVerb) -> String {
    switch verb {
    case .details: ""
    case .comment: "Comment"
    case .title: "Change the title"
    case .status: "Change the status"
    case .merge: "Merge"
    case .edit(let comment): "Edit comment \(printable(comment, limit: 64))"
    case .hide(let comment): "Hide comment \(printable(comment, limit: 64))"
    }
  }

  /// Brings the commits of a pull request into its branch: the branch moves first, so that an end before the record is
  /// written leaves a request that is merged by its commits being there.
  private func merge(
    _ record: inout DiscussionRecord, _ comment: String?, _ change: DiscussionChange,
    _ repository: borrowing GitRepository
  ) throws -> DiscussionEventAnswer {
    guard change.isOwner else { throw Refusal.notWritable }
    guard let pull = record.pull, let state = try PullRequestState(record, repository) else {
      throw Refusal.badRequest("Discussion \(record.number) is no pull request")
    }
    guard state.merge == nil, record.status == .open else {
      let status = state.merge == nil ? record.status : .merged
      throw Refusal.badRequest("Pull request \(record.number) is \(status.rawValue); only an open one can be merged")
    }
    guard let base = state.base else { throw Refusal(.conflict, "The branch \(pull.base) is gone") }
    let commit: CommitID
    switch try repository.merge(state.head, into: base, limits: limits.tree) {
    case .upToDate: throw Refusal.badRequest("Pull request \(record.number) has no commits that \(pull.base) has not")
    case .fastForward: commit = state.head
    case .conflicts(let paths):
      throw Refusal(
        .conflict,
        "Pull request \(record.number) has conflicts in " + paths.map { printable($0) }.joined(separator: ", "))
    case .tree(let tree):
      commit = try repository.addCommit(
        tree, parents: [base, state.head], message: "Merge pull request #\(record.number): \(record.title)",
        author: change.author)
    }
    _ = try checked(commit, since: base, repository)
    try repository.setReference(pull.base, to: commit, expecting: .commit(base))
    record.pull?.merge = DiscussionRecord.Merge(before: base.hex, commit: commit.hex, head: state.head.hex)
    record.status = .merged
    if let comment, !comment.isEmpty {
      _ = record.add(.comment, by: change.account.user, text: try Self.checked(comment: comment))
    }
    return DiscussionEventAnswer(record.add(.status, by: change.account.user, status: .merged))
  }

  /// Opens a pull request with a commit in it.
  func open(
    _ draft: CommitDraft, on revision: Revision, of id: RepositoryID, _ account: Account,
    _ repository: borrowing GitRepository, _ request: HubRequest
  ) throws -> MadeCommit {
    let base = "refs/heads/\(revision.name)"
    guard let head = try repository.commit(ofReference: base) else {
      if try repository.head() != nil, (try? repository.commit(of: revision)) != nil {  // absence: the other answer
        throw Refusal.badRequest("A pull request is made on a branch, and '\(revision.name)' is none")
      }
      throw Refusal.noRevision(revision)
    }
    var start = head
    if let parent = draft.header.parentCommit, !parent.isEmpty {
      start = try repository.commit(of: try Revision(parent))
    }
    let made = try add(draft, on: start, account, repository, request)
    let number = try DiscussionStore.nextNumber(repository)
    var record = DiscussionRecord(
      number: number, title: try Self.checked(title: String(draft.header.summary.prefix(200))), author: account.user,
      time: DiscussionRecord.now(), status: .open)
    record.pull = DiscussionRecord.PullRequest(base: base, start: start.hex, head: made.commit.hex)
    if !draft.header.description.isEmpty {
      _ = record.add(.comment, by: account.user, text: try Self.checked(comment: draft.header.description))
    }
    try DiscussionStore.save(
      record, on: nil, as: signature(of: account, request), saying: "Open: \(record.title)", repository)
    _ = try PullRequestState(record, repository)
    return MadeCommit(commit: made.commit, request: number, remarks: made.remarks)
  }
}

/// What somebody does to a discussion, by what they may.
private struct DiscussionChange {
  let id: RepositoryID
  let account: Account
  let author: GitSignature
  /// Whether they may write to the repository.
  let isOwner: Bool

  func comment(_ record: inout DiscussionRecord, _ wish: DiscussionWish) throws -> DiscussionEventAnswer {
    let text = try HubService.checked(comment: wish.comment ?? "")
    return DiscussionEventAnswer(record.add(.comment, by: account.user, text: text))
  }

  func title(_ record: inout DiscussionRecord, _ wish: DiscussionWish) throws -> DiscussionEventAnswer {
    try checkAuthor(of: record)
    let (old, new) = (record.title, try HubService.checked(title: wish.title ?? ""))
    record.title = new
    return DiscussionEventAnswer(record.add(.title, by: account.user, text: new, before: old))
  }

  func status(
    _ record: inout DiscussionRecord, _ wish: DiscussionWish, _ repository: borrowing GitRepository
  ) throws -> DiscussionEventAnswer {
    try checkAuthor(of: record)
    guard let new = wish.status.flatMap(DiscussionRecord.Status.init), [.open, .closed].contains(new) else {
      throw Refusal.badRequest("The status can become 'open' or 'closed'")
    }
    guard record.status != .merged, try PullRequestState(record, repository)?.merge == nil else {
      throw Refusal.badRequest("Pull request \(record.number) is merged")
    }
    guard record.status != new else {
      throw Refusal.badRequest("Discussion \(record.number) is \(new.rawValue) already")
    }
    record.status = new
    if let comment = wish.comment, !comment.isEmpty {
      _ = record.add(.comment, by: account.user, text: try HubService.checked(comment: comment))
    }
    return DiscussionEventAnswer(record.add(.status, by: account.user, status: new))
  }

  func edit(_ comment: String, in record: inout DiscussionRecord, _ wish: DiscussionWish) throws
    -> DiscussionEventAnswer
  {
    let place = try self.place(of: comment, in: record)
    guard record.events[place].author == account.user else {
      throw Refusal(.forbidden, "The comment is somebody else's")
    }
    record.events[place].text = try HubService.checked(comment: wish.content ?? wish.comment ?? "")
    return noted(place, in: &record)
  }

  func hide(_ comment: String, in record: inout DiscussionRecord) throws -> DiscussionEventAnswer {
    let place = try self.place(of: comment, in: record)
    guard isOwner || record.events[place].author == account.user else {
      throw Refusal(.forbidden, "The comment is somebody else's")
    }
    (record.events[place].isHidden, record.events[place].text) = (true, nil)
    return noted(place, in: &record)
  }

  private func noted(_ place: Int, in record: inout DiscussionRecord) -> DiscussionEventAnswer {
    let edit = DiscussionRecord.Edit(author: account.user, time: DiscussionRecord.now())
    record.events[place].edits = (record.events[place].edits ?? []) + [edit]
    return DiscussionEventAnswer(record.events[place])
  }

  private func place(of comment: String, in record: DiscussionRecord) throws(Refusal) -> Int {
    let place = record.events.firstIndex { $0.id == comment && $0.kind == .comment && $0.isHidden != true }
    guard let place else { throw Refusal(.notFound, "There is no such comment") }
    return place
  }

  private func checkAuthor(of record: DiscussionRecord) throws(Refusal) {
    guard isOwner || record.author == account.user else {
      throw Refusal(.forbidden, "Only its author and those who may write to the repository may do that")
    }
  }
}
