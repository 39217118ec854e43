import Foundation
import HubGit
import HubModel

/// Hands a commit over to a bare repository in a directory, as `git receive-pack` does it (githooks): `pre-receive` sees
/// the new objects in a quarantine, `update` sees them in the repository; then the ref moves, and `post-receive` and
/// `post-update` are told.
struct LocalPush: Sendable {
  let order: PushOrder
  let path: String
  let progress: @Sendable (GitProgress) -> Void

  /// Makes the pack, and stores it unless somebody was faster or a hook refuses.
  ///
  /// Objects of a push that is refused by `update`, or that loses the race at the last moment, stay behind without a
  /// name, until `git gc` collects them.
  func run() throws(HubError) -> CommitID {
    let repository = try GitRepository(bareAt: path)
    try order.check(try repository.commit(ofReference: order.reference))
    let hooks = try GitHooks(of: repository) { [workspace = order.head.workspace] in workspace.file("hook") }
    let commit = try order.makePack()
    var status = stat()
    if stat(order.pack, &status) == 0 { progress(.pushing(bytes: Int64(status.st_size))) }
    let line = "\(order.expected) \(commit) \(order.reference)\n"
    if hooks.has("pre-receive") {
      try order.head.workspace.open().store(packAt: order.pack)
      try run(hooks, "pre-receive", input: line, quarantine: order.head.workspace.repository + "/objects")
    }
    try repository.store(packAt: order.pack)
    try run(hooks, "update", [order.reference, order.expected, commit.hex])
    try repository.setReference(
      order.reference, to: commit, expecting: order.head.commit.map(ExpectedReference.commit) ?? .absent)
    try notify(hooks, "post-receive", input: line)
    try notify(hooks, "post-update", [order.reference])
    return commit
  }

  /// Runs a hook that may refuse.
  private func run(
    _ hooks: GitHooks, _ name: String, _ arguments: [String] = [], input: String = "", quarantine: String? = nil
  ) throws(HubError) {
    guard hooks.has(name) else { return }
    let outcome = try hooks.run(name, arguments, input: input, quarantine: quarantine)
    if !outcome.message.isEmpty { progress(.message(outcome.message)) }
    guard outcome.isSuccess else {
      throw HubError(
        .rejected("\(order.reference): \(name) hook declined"),
        context: HubError.Context(serverMessage: outcome.message.isEmpty ? nil : outcome.message))
    }
  }

  /// Runs a hook that comes too late to refuse.
  private func notify(
    _ hooks: GitHooks, _ name: String, _ arguments: [String] = [], input: String = ""
  ) throws(HubError) {
    do throws(HubError) {
      try run(hooks, name, arguments, input: input)
    } catch  where error.code == .rejected || error.code == .timeout {
      // The ref has moved; git, too, takes no notice of how these end.
    }
  }
}
