import Foundation
import HubGit
import HubModel

/// Where discussions are: in the bare repository itself, each behind a ref of its own.
///
///     refs/hub/discussions/7     commits, each with the whole record as `discussion.json`; who did what is their history
///     refs/pr/7                  the commits of pull request 7
///
/// A change is a commit whose ref is compared and swapped: there at once, or not at all. `git log -p
/// refs/hub/discussions/7` shows who did what, and a copy of the repository holds its discussions.
enum DiscussionStore {
  /// A record, and the commit that holds it.
  struct Entry: Sendable {
    var record: DiscussionRecord
    let commit: CommitID
  }

  /// The longest record, in bytes.
  static let longestRecord = 8 << 20
  private static let prefix = "refs/hub/discussions/"

  /// The discussion `number`, or `nil` if there is none.
  static func load(_ number: Int, _ repository: borrowing GitRepository) throws(HubError) -> Entry? {
    guard let commit = try repository.commit(ofReference: prefix + "\(number)"),
      let entry = try repository.entry(at: try file(), in: commit)
    else { return nil }
    let bytes = try repository.bytes(of: entry.id, limit: longestRecord)
    do {
      return Entry(record: try JSONDecoder().decode(DiscussionRecord.self, from: Data(bytes)), commit: commit)
    } catch {
      throw HubError(.repository(reason: "the record of discussion \(number) is damaged"), cause: error)
    }
  }

  /// The numbers of all discussions, the newest first.
  static func numbers(_ repository: borrowing GitRepository) throws(HubError) -> [Int] {
    try repository.references().compactMap {
      $0.name.beginsWithBytes(prefix) ? Int($0.name.dropFirst(prefix.count)) : nil
    }
    .sorted(by: >)
  }

  /// The number of the next discussion: one that neither a discussion nor a ref of a pull request has.
  static func nextNumber(_ repository: borrowing GitRepository) throws(HubError) -> Int {
    let taken = try repository.references().compactMap { reference in
      [prefix, "refs/pr/"].first { reference.name.beginsWithBytes($0) }.flatMap {
        Int(reference.name.dropFirst($0.count))
      }
    }
    return (taken.max() ?? 0) + 1
  }

  /// Stores a record on top of `old`, or as the first of its number.
  ///
  /// - Throws: `conflict` if somebody else was faster; `limitExceeded` if it grows too long.
  static func save(
    _ record: DiscussionRecord, on old: CommitID?, as author: GitSignature, saying message: String,
    _ repository: borrowing GitRepository
  ) throws(HubError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(record) else {  // such a value always becomes JSON
      throw HubError(.repository(reason: "a discussion that is no JSON"))
    }
    guard data.count <= longestRecord else {
      throw HubError(.limitExceeded("a discussion of more than \(longestRecord) bytes"))
    }
    let tree = try repository.tree([.put(try file(), try repository.addBlob(data))], on: try repository.tree(of: nil))
    let commit = try repository.addCommit(tree, parents: old.map { [$0] } ?? [], message: message, author: author)
    try repository.setReference(
      prefix + "\(record.number)", to: commit, expecting: old.map(ExpectedReference.commit) ?? .absent)
  }

  private static func file() throws(HubError) -> RepositoryPath { try RepositoryPath("discussion.json") }
}
