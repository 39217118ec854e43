import Foundation
import HubModel

/// A discussion or pull request as it is stored: what happened, in order.
///
/// The commits of a pull request are not in it: they are what its ref holds.
struct DiscussionRecord: Codable, Hashable, Sendable {
  enum Status: String, Codable, Hashable, Sendable {
    /// A pull request that is not ready to be merged.
    case draft
    case open, closed, merged
  }

  struct PullRequest: Codable, Hashable, Sendable {
    /// The branch that the commits are for: `refs/heads/main`.
    let base: String
    /// Where that branch was when the request was opened.
    let start: String
    /// The commit that the request was opened with; its ref is made anew from it where an end came in between.
    let head: String
    var merge: Merge?
  }

  struct Merge: Codable, Hashable, Sendable {
    /// Where the branch was before, and is after.
    let before, commit: String
    /// The last commit of the request.
    let head: String
  }

  struct Event: Codable, Hashable, Sendable {
    enum Kind: String, Codable, Hashable, Sendable {
      case comment, status = "status-change", title = "title-change"
    }

    let id: String
    let kind: Kind
    let author: String
    /// Seconds since 1970.
    let time: Int64
    /// The text of a comment, or the new title.
    var text: String?
    /// The title before.
    var before: String?
    /// The new status.
    var status: Status?
    /// Who changed a comment, and when.
    var edits: [Edit]?
    var isHidden: Bool?
  }

  struct Edit: Codable, Hashable, Sendable {
    let author: String
    let time: Int64
  }

  let number: Int
  var title: String
  let author: String
  let time: Int64
  var status: Status
  var pull: PullRequest?
  var events: [Event] = []

  static func now() -> Int64 { Int64(Date().timeIntervalSince1970) }

  /// Adds an event and answers it.
  mutating func add(
    _ kind: Event.Kind, by author: String, text: String? = nil, before: String? = nil, status: Status? = nil
  ) -> Event {
    let event = Event(
      id: UUID().uuidString.lowercased().filter { $0 != "-" }, kind: kind, author: author, time: Self.now(), text: text,
      before: before, status: status)
    events.append(event)
    return event
  }

  /// How many comments there are.
  var commentCount: Int { events.count { $0.kind == .comment } }
}
