import HubGit
import HubModel
import TestSupport

/// A new bare repository, and `git` to look at it with.
final class Bench: Sendable {
  let directory: TemporaryDirectory
  let path: String

  init() throws {
    directory = try TemporaryDirectory()
    path = directory.appending("models/org/model.git")
    _ = try GitRepository.create(bareAt: path)
  }

  func open() throws(HubError) -> GitRepository { try GitRepository(bareAt: path) }

  /// Commits files by path and text to `main`.
  @discardableResult
  func commit(_ files: [String: String], message: String = "Change", time: Int64 = 1_700_000_000) throws -> CommitID {
    var changes: [RepositoryPath: GitChange] = [:]
    for (path, text) in files { changes[try RepositoryPath(path)] = .file(Array(text.utf8)) }
    let author = GitSignature(name: "Ada", email: "ada@localhost", time: time)
    return try open().commit(changes, message: message, author: author)
  }

  /// What `git ARGUMENTS` prints in the repository, without the last line end; no configuration of the machine counts.
  @discardableResult
  func git(_ arguments: String..., input: [UInt8] = [], in path: String? = nil) async throws -> String {
    try await Git()(arguments, in: path ?? self.path, input: input)
  }
}
