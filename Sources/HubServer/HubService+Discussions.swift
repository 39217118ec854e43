import HTTPTypes
import HubGit
import HubModel

extension HubService {
  /// The longest text of a comment or a title, in bytes.
  private static var longestComment: Int { 64 << 10 }
  private static var longestTitle: Int { 300 }

  /// The discussions of a repository, the newest first, a page at a time.
  func discussions(_ id: RepositoryID, _ request: HubRequest) async throws -> Reply {
    let (count, page) = (50, max(0, request.query["p"].flatMap { Int($0) } ?? 0))
    let (type, status, author) = (request.query["type"], request.query["status"], request.query["author"])
    return try await reading(id, request, needsContent: true) { repository, _ in
      var found: [DiscussionSummary] = []
      for number in try DiscussionStore.numbers(repository) {
        guard let record = try DiscussionStore.load(number, repository)?.record else { continue }
        let isPull = record.pull != nil
        if let type, type != "all", type != (isPull ? "pull_request" : "discussion") { continue }
        if let author, author != record.author { continue }
        let current = try PullRequestState(record, repository)?.merge == nil ? record.status : .merged
        if let status, status != "all", (status == "closed") != [.closed, .merged].contains(current) { continue }
        found.append(
          DiscussionSummary(
            num: number, title: record.title, author: record.author, createdAt: timestamp(record.time),
            status: current.rawValue, isPullRequest: isPull, repo: id, numComments: record.commentCount))
      }
      let start = min(found.count, page.multipliedReportingOverflow(by: count).partialValue)
      return try Reply(
        json: DiscussionList(discussions: Array(found[start...].prefix(count)), count: found.count, start: start))
    }
  }

  /// One discussion, with everything that happened.
  func discussion(_ id: RepositoryID, _ number: Int, _ request: HubRequest) async throws -> Reply {
    let wantsDiff = request.query.isTrue("diff")
    return try await reading(id, request, needsContent: true) { repository, _ in
      let entry = try Self.existing(number, repository)
      return try Reply(json: try DiscussionAnswer(entry.record, of: id, wantsDiff: wantsDiff, repository))
    }
  }

  static func existing(_ number: Int, _ repository: borrowing GitRepository) throws -> DiscussionStore.Entry {
    guard let entry = try DiscussionStore.load(number, repository) else {
      throw Refusal(.notFound, "Discussion \(number) does not exist")
    }
    return entry
  }

  /// A new discussion, or a pull request without commits, which is a draft.
  func discuss(_ id: RepositoryID, _ request: HubRequest, _ body: BodyReader) async throws -> Reply {
    try require(.post, request)
    let form = #"{"title": "words", "description": "words", "pullRequest": false}"#
    let wish: DiscussionRequest = try await decoded(body, form: form)
    let title = try Self.checked(title: wish.title)
    let text = try Self.checked(comment: wish.description ?? "", mayBeEmpty: true)
    return try await participating(id, request) { repository, _, account in
      var record = DiscussionRecord(
        number: try DiscussionStore.nextNumber(repository), title: title, author: account.user,
        time: DiscussionRecord.now(), status: .open)
      if wish.pullRequest == true {
        guard let base = try repository.headReference(), let head = try repository.commit(ofReference: base) else {
          throw Refusal.badRequest("The repository has no commit that a pull request could be made on")
        }
        record.pull = DiscussionRecord.PullRequest(base: base, start: head.hex, head: head.hex)
        record.status = .draft
      }
      if !text.isEmpty { _ = record.add(.comment, by: account.user, text: text) }
      try DiscussionStore.save(
        record, on: nil, as: signature(of: account, request), saying: "Open: \(title)", repository)
      _ = try PullRequestState(record, repository)
      let url = "\(request.endpoint)/\(id.pagePath)/discussions/\(record.number)"
      return try Reply(json: Opened(num: record.number, url: url, pullRequest: record.pull != nil))
    }
  }

  private struct Opened: Encodable {
    let num: Int
    let url: String
    let pullRequest: Bool
  }

  /// A title on one line.
  static func checked(title: String) throws(Refusal) -> String {
    let words = title.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    guard !words.isEmpty, words.utf8.count <= longestTitle else {
      throw Refusal.badRequest("A title has 1 to \(longestTitle) bytes")
    }
    return words
  }

  static func checked(comment: String, mayBeEmpty: Bool = false) throws(Refusal) -> String {
    guard mayBeEmpty || !comment.isEmpty, comment.utf8.count <= longestComment else {
      throw Refusal.badRequest("A comment has 1 to \(longestComment) bytes")
    }
    return comment
  }
}
