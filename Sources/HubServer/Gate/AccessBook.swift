import Foundation
import HubGit
import HubModel

/// Who has asked to read a gated repository, and what became of it: `access.json` in the bare repository, so that it is
/// moved and removed with it.
///
/// `access.guard` beside it is held (flock(2)) from the reading to the writing, so that servers over one directory do not
/// undo each other's decisions. Who may read is decided by `hub.reader` in the repository's configuration alone. The book says when, by whom and why;
/// where the two differ, because somebody has used `git config`, the configuration counts.
struct AccessBook: Sendable {
  enum Status: String, Codable, Sendable { case pending, accepted, rejected }

  /// One user's request.
  struct Entry: Codable, Hashable, Sendable {
    let id: String
    let user: String
    /// When it was made, in seconds since 1970.
    let time: Int64
    var status: Status
    /// What the user has written in the form.
    var fields: [String: String]?
    /// Who decided, when, and why not.
    var decidedBy: String?
    var decidedAt: Int64?
    var reason: String?
  }

  /// The most requests for one repository.
  static let limit = 10_000

  private(set) var entries: [Entry]

  /// Runs `work` while nobody else changes the book of the repository at `path`.
  static func locked<Value>(repositoryAt path: String, _ work: () throws -> Value) throws -> Value {
    try withFileLock(path + "/access.guard", work)
  }

  /// Reads the book of a repository, as its configuration has it.
  ///
  /// - Throws: `repository` if there is a book that cannot be read.
  init(_ repository: borrowing GitRepository, _ marks: RepositoryMarks) throws(HubError) {
    let path = Self.path(repository.path)
    guard let data = FileManager.default.contents(atPath: path) else {
      self.init([], readers: marks.readers, time: currentSeconds())
      return
    }
    do {
      let entries = try JSONDecoder().decode([Entry].self, from: data)
      self.init(entries, readers: marks.readers, time: currentSeconds())
    } catch {
      throw HubError(.repository(reason: "access.json cannot be read"), cause: error)
    }
  }

  /// The requests of `entries`, brought in line with the readers that the configuration names.
  init(_ entries: [Entry], readers: Set<String>, time: Int64) {
    let known = Set(entries.map(\.user))
    let others = readers.subtracting(known).sorted().map {
      Entry(id: "reader-\($0)", user: $0, time: time, status: .accepted)
    }
    self.entries =
      entries.map { entry in
        var entry = entry
        if readers.contains(entry.user) {
          entry.status = .accepted
        } else if entry.status == .accepted {
          entry.status = .pending
        }
        return entry
      } + others
  }

  /// The request of a user, or that of an identity.
  func entry(user: String?, id: String?) -> Entry? {
    entries.first { $0.user == user || $0.id == id }
  }

  /// Puts `entry` in the place of the one of its user.
  mutating func put(_ entry: Entry) {
    if let place = entries.firstIndex(where: { $0.user == entry.user }) {
      entries[place] = entry
    } else {
      entries.append(entry)
    }
  }

  /// Changes who may read, then writes the book: if the second fails, the first counts.
  func save(_ entry: Entry, in repository: borrowing GitRepository) throws(HubError) {
    if entry.status == .accepted {
      try repository.add(entry.user, to: "hub.reader")
    } else {
      try repository.remove(entry.user, from: "hub.reader")
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(entries) else {  // such a value always becomes JSON
      throw HubError(.repository(reason: "requests that are no JSON"))
    }
    try replaceFile(Self.path(repository.path), with: [UInt8](data))
  }

  private static func path(_ repository: String) -> String { repository + "/access.json" }
}
