import HubGit
import HubModel

/// An event of a discussion, as clients read it.
struct DiscussionEventAnswer: Encodable {
  struct Payload: Encodable {
    struct Latest: Encodable {
      let raw, html, updatedAt: String
      let author: DiscussionSummary.Author
    }

    struct Edition: Encodable {
      let updatedAt: String
      let author: DiscussionSummary.Author
    }

    var edited, hidden: Bool?
    var numEdits: Int?
    var latest: Latest?
    var history: [Edition]?
    var status, from, to, subject, oid: String?
  }

  let id, type, createdAt: String
  let author: DiscussionSummary.Author
  let data: Payload

  init(_ event: DiscussionRecord.Event) {
    (id, type, createdAt) = (event.id, event.kind.rawValue, timestamp(event.time))
    author = DiscussionSummary.Author(name: event.author)
    var payload = Payload()
    switch event.kind {
    case .status: payload.status = event.status?.rawValue
    case .title: (payload.from, payload.to) = (event.before ?? "", event.text ?? "")
    case .comment:
      let (edits, isHidden) = (event.edits ?? [], event.isHidden ?? false)
      let text = isHidden ? "" : event.text ?? ""
      payload.edited = !edits.isEmpty
      payload.hidden = isHidden
      payload.numEdits = edits.count
      payload.history = edits.map {
        Payload.Edition(updatedAt: timestamp($0.time), author: DiscussionSummary.Author(name: $0.author))
      }
      payload.latest = Payload.Latest(
        raw: text, html: Self.html(text), updatedAt: timestamp(edits.last?.time ?? event.time),
        author: DiscussionSummary.Author(name: edits.last?.author ?? event.author))
    }
    data = payload
  }

  init(_ commit: GitCommit) {
    (id, type, createdAt) = (commit.id.hex, "commit", timestamp(commit.time))
    author = DiscussionSummary.Author(name: commit.author)
    var payload = Payload()
    (payload.subject, payload.oid) = (commit.title, commit.id.hex)
    data = payload
  }

  /// The text as it is, safe to show on a page.
  private static func html(_ text: String) -> String {
    var html = "<p>"
    for character in text {
      switch character {
      case "&": html += "&amp;"
      case "<": html += "&lt;"
      case ">": html += "&gt;"
      case "\"": html += "&quot;"
      default: html.append(character)
      }
    }
    return html + "</p>"
  }
}

/// A discussion with everything that happened, as clients read it.
struct DiscussionAnswer: Encodable {
  struct Changes: Encodable {
    let base: String
    let mergeCommitId: String?
  }

  let num: Int
  let title: String
  let author: DiscussionSummary.Author
  let createdAt: String
  let status: String
  let repo: DiscussionSummary.Repository
  let isPullRequest: Bool
  let events: [DiscussionEventAnswer]
  let changes: Changes?
  let filesWithConflicts: [String]?
  let diff: String?

  /// The longest difference that is answered, in bytes.
  private static let longestDiff = 1 << 20

  /// - Parameter wantsDiff: Whether to answer the difference that a pull request makes.
  init(
    _ record: DiscussionRecord, of id: RepositoryID, wantsDiff: Bool, _ repository: borrowing GitRepository
  ) throws(HubError) {
    (num, title, author) = (record.number, record.title, DiscussionSummary.Author(name: record.author))
    (createdAt, repo, isPullRequest) = (timestamp(record.time), DiscussionSummary.Repository(id), record.pull != nil)
    var events = record.events.map { (time: $0.time, answer: DiscussionEventAnswer($0)) }
    guard let state = try PullRequestState(record, repository), let pull = record.pull else {
      (status, self.events) = (record.status.rawValue, events.map(\.answer))
      (changes, filesWithConflicts, diff) = (nil, nil, nil)
      return
    }
    // In the order of time; of one second, what was written to the record comes first.
    events += state.commits.map { ($0.time, DiscussionEventAnswer($0)) }
    self.events = events.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
      .map(\.element.answer)
    status = (state.merge == nil ? record.status : .merged).rawValue
    changes = Changes(base: pull.base, mergeCommitId: state.merge?.hex)
    filesWithConflicts = try Self.conflicts(state, repository)
    let start = state.merge == nil || pull.merge != nil ? state.ancestor : CommitID(pull.start)
    diff = wantsDiff ? try repository.patch(from: start, to: state.head, limit: Self.longestDiff) : nil
  }

  private static func conflicts(
    _ state: PullRequestState, _ repository: borrowing GitRepository
  ) throws(HubError) -> [String] {
    guard state.merge == nil, let base = state.base else { return [] }
    guard case .conflicts(let paths) = try repository.merge(state.head, into: base) else { return [] }
    return paths
  }
}
