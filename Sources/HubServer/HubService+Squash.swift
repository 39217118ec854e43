import HTTPTypes
import HubGit
import HubModel

/// The body of a request to forget a history.
private struct SquashRequest: Decodable {
  let message: String?
}

extension HubService {
  /// Puts one commit without parents, which holds the same files, in the place of a branch's history.
  ///
  /// Tags, other branches and pull requests keep what they lead to; the rest of the history is what `git gc` removes.
  func squash(
    _ id: RepositoryID, _ branch: Revision, _ request: HubRequest, _ body: BodyReader
  ) async throws -> Reply {
    try require(.post, request)
    _ = try await reading(id, request) { _, _ in try writer(of: id, request) }
    let wish: SquashRequest = try await decoded(body, form: #"{"message": "words"}"#)
    let message = wish.message.flatMap { $0.isEmpty ? nil : $0 } ?? "Squash the history of '\(branch)'"
    guard message.utf8.count <= Self.longestSquashMessage else {
      throw Refusal.badRequest("A message has at most \(Self.longestSquashMessage) bytes")
    }
    return try await writing(id, request) { repository, _, account in
      let reference = branch.name.beginsWithBytes("refs/heads/") ? branch.name : "refs/heads/\(branch.name)"
      guard let head = try repository.commit(ofReference: reference) else {
        _ = try repository.commit(of: branch)
        throw Refusal.badRequest("The history of a branch can be squashed, and '\(branch)' is none")
      }
      let commit = try repository.addCommit(
        try repository.tree(of: head), parents: [], message: message, author: signature(of: account, request))
      try repository.setReference(reference, to: commit, expecting: .commit(head))
      return try Reply(json: ["commitOid": commit.hex])
    }
  }

  private static var longestSquashMessage: Int { 64 << 10 }
}
