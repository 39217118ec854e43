import HubGit
import HubModel

/// A commit to make, and the ref to move to it.
struct PushOrder: Sendable {
  let head: RemoteHead
  let changes: [RepositoryPath: GitChange]
  let message: String
  let author: GitSignature
  /// The file for the pack.
  let pack: String

  var reference: String { head.reference }

  /// Writes what is new to the file.
  ///
  /// - Parameter preface: What to write before the pack.
  /// - Returns: The commit.
  func makePack(preface: (CommitID) -> [UInt8] = { _ in [] }) throws(HubError) -> CommitID {
    let file = try OutputFile(pack)
    return try head.workspace.open().pack(
      changes, on: head.base, message: message, author: author, to: file.descriptor, pack, preface: preface)
  }

  /// Where the ref must be, in the form of a command: forty zeros if it must not exist.
  var expected: String { head.commit?.hex ?? Self.nowhere }

  private static let nowhere = String(repeating: "0", count: 40)

  /// Throws `conflict` unless the ref is where it was.
  func check(_ current: CommitID?) throws(HubError) {
    guard current != head.commit else { return }
    let place = current.map { "at \($0)" } ?? "gone"
    throw HubError(.conflict("\(reference) was changed by somebody else meanwhile; it is \(place)"))
  }
}
