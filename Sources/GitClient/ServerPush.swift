import Foundation
import HubGit
import HubModel
import HubTransport

/// Hands a commit over to `git-receive-pack`, which speaks version 0 alone (gitprotocol-pack, "Pushing Data To a
/// Server").
struct ServerPush {
  let order: PushOrder
  var server: GitServer
  let progress: @Sendable (GitProgress) -> Void

  /// How often the same push is sent while its answers are lost.
  private static let attempts = 4

  /// Makes the pack and sends it until an answer says what became of it.
  ///
  /// - Parameter rest: Waits before another attempt, whose number it is given.
  mutating func run(resting rest: (Int) async throws(HubError) -> Void) async throws(HubError) -> CommitID {
    let offer = try await look()
    try order.check(offer.current)
    let commit = try await makePack(offer.capabilities)
    for attempt in 1... {
      do throws(HubError) {
        try await send(isBanded: offer.capabilities.contains("side-band-64k"))
        return commit
      } catch  where Self.isUnclear(error, attempt) {
        if try await isDone(commit, after: error) { return commit }
        guard attempt < Self.attempts else { throw error }
        try await rest(attempt)
      }
    }
    return commit
  }

  /// Asks what the server can do, and where the ref is now.
  private mutating func look() async throws(HubError) -> (current: CommitID?, capabilities: Capabilities) {
    let body = try await server.advertisement(of: .receivePack, isVersion2: false)
    guard case .references(let references, let capabilities) = try Advertisement(body) else {
      throw HubError(.protocolViolation("version 2 of git's protocol, which has no push"))
    }
    guard capabilities.contains("report-status") else {
      throw HubError(.protocolViolation("a git server that does not report what becomes of a push"))
    }
    return (references[order.reference], capabilities)
  }

  private func makePack(_ server: Capabilities) async throws(HubError) -> CommitID {
    try await GitThreads.run { [order] () throws(HubError) in
      try order.makePack { commit in Self.command(order, commit, server).bytes }
    }
  }

  /// `OLD NEW REF\0CAPABILITIES`, and the end of the list.
  private static func command(_ order: PushOrder, _ commit: CommitID, _ server: Capabilities) -> [PacketLine] {
    var words = ["report-status"]
    if server.contains("side-band-64k") { words.append("side-band-64k") }
    if server.contains("object-format") { words.append("object-format=sha1") }
    if server.contains("agent") { words.append(Capabilities.agent) }
    let text = "\(order.expected) \(commit) \(order.reference)\0 \(words.joined(separator: " "))"
    return [.data(Array(text.utf8)), .flush]
  }

  private func send(isBanded: Bool) async throws(HubError) {
    var status = stat()
    if stat(order.pack, &status) == 0 { progress(.pushing(bytes: Int64(status.st_size))) }
    let response = try await server.push(order.pack)
    if let error = server.error(for: response) { throw error }
    try GitServer.check(response.head, .receivePack, "result")
    let report = try ReportStatus(response.body, isBanded: isBanded)
    if !report.message.isEmpty { progress(.message(report.message)) }
    try report.check(order.reference)
  }

  /// Whether the push may have been done all the same: its answer was lost, or came from something before the git
  /// server; or an attempt before this one may have been the one that moved the ref.
  private static func isUnclear(_ error: HubError, _ attempt: Int) -> Bool {
    switch error.problem {
    case .uncertain, .protocolViolation: true
    case .status(let status): RetryPolicy.retriedStatuses.contains(status)
    case .conflict: attempt > 1
    default: false
    }
  }

  /// Whether the ref is at `commit` after an unclear answer.
  ///
  /// - Returns: `false` if it is where it was, so that the push may be sent again.
  /// - Throws: `uncertain` if it is elsewhere, or cannot be asked for: it may have been at `commit` in between.
  private mutating func isDone(_ commit: CommitID, after error: HubError) async throws(HubError) -> Bool {
    do throws(HubError) {
      let current = try await look().current
      if current == commit { return true }
      if current == order.head.commit { return false }
    } catch {
      throw HubError(.uncertain("the answer to the push of \(commit) was lost"), context: error.context, cause: error)
    }
    throw HubError(
      .uncertain("the answer to the push of \(commit) was lost, and \(order.reference) has moved since"),
      context: error.context, cause: error)
  }
}
