import Foundation
public import HubGit
public import HubModel
import HubTransport

extension GitClient {
  /// Commits `changes` on top of `head` and moves its ref there, in one step.
  ///
  ///     let commit = try await client.commit(
  ///       [RepositoryPath("scheduler/scheduler_config.json"): .file(bytes)], on: head, message: "Add a scheduler",
  ///       author: GitSignature(name: "Ada", email: "ada@example.org"), onConflict: .rebase(attempts: 10))
  ///
  /// A commit that changes nothing is made too; see ``RemoteHead/effective(_:)``.
  ///
  /// - Parameters:
  ///   - changes: What happens to each path; files below a deleted folder may be added again.
  ///   - head: What the remote had when the changes were decided on.
  ///   - message: The commit's message; the first line is its title.
  ///   - author: Who is named as author and committer.
  ///   - policy: What to do when the ref has moved since.
  /// - Returns: The new commit.
  /// - Throws: `conflict` if the ref has moved, by ``ConflictPolicy``; `rejected` with the server's own words if a hook
  ///   or a rule refuses; `entryNotFound` for the deletion of what is not there; `uncertain` if the answer was lost and
  ///   the ref has moved on since; `unauthorized`, `forbidden`, and what the transport throws.
  @discardableResult
  public func commit(
    _ changes: [RepositoryPath: GitChange], on head: RemoteHead, message: String, author: GitSignature = .hub,
    onConflict policy: ConflictPolicy = .fail
  ) async throws(HubError) -> CommitID {
    var (current, attempt) = (head, 1)
    while true {
      do throws(HubError) {
        return try await push(changes, on: current, message: message, author: author)
      } catch  where error.code == .conflict {
        guard case .rebase(let attempts) = policy, attempt < attempts else { throw error }
      }
      try await rest(attempt)
      current = try await self.head(of: head.remote, reference: head.reference)
      try await check(changes.keys.sorted(), areIn: current, as: head)
      attempt += 1
    }
  }

  /// Makes the commit and hands it over.
  private func push(
    _ changes: [RepositoryPath: GitChange], on head: RemoteHead, message: String, author: GitSignature
  ) async throws(HubError) -> CommitID {
    let order = PushOrder(
      head: head, changes: changes, message: message, author: author, pack: head.workspace.file("pack"))
    defer { unlink(order.pack) }
    switch head.remote.place {
    case .directory(let path):
      let push = LocalPush(order: order, path: path, progress: progress)
      return try await GitThreads.run { () throws(HubError) in try push.run() }
    case .server:
      var push = ServerPush(order: order, server: try server(for: head.remote), progress: progress)
      return try await push.run(resting: rest)
    }
  }

  /// Throws unless nobody else touched `paths`: what `later` has there is what `earlier` had.
  private func check(
    _ paths: [RepositoryPath], areIn later: RemoteHead, as earlier: RemoteHead
  ) async throws(HubError) {
    let (before, after) = (try await earlier.entries(at: paths), try await later.entries(at: paths))
    if let path = paths.first(where: { before[$0]?.id != after[$0]?.id }) {
      throw HubError(
        .conflict("'\(path)' was changed by somebody else meanwhile"),
        context: HubError.Context(file: path.text, url: later.remote.description))
    }
  }

  /// Waits a moment, longer with each attempt, so that those who race do not stay in step.
  private func rest(_ attempt: Int) async throws(HubError) {
    do {
      try await retrying.clock.sleep(for: .milliseconds(Int.random(in: 0...50 * min(attempt, 20))))
    } catch {
      throw HubError(.cancelled)
    }
  }
}
