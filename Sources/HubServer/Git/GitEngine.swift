import HTTPTypes
import HubModel
import Logging
import Synchronization

/// Runs git for clients: a few at once, the others wait for their turn.
final class GitEngine: Sendable {
  /// More that wait are sent away.
  private static var queue: Int { 256 }

  let program: GitProgram?
  let spool: Spool
  let limits: HubServer.Limits
  let logger: Logger
  private let turns: Mutex<(free: Int, waiting: [CheckedContinuation<Void, Never>])>

  /// The engine of the hub in `root`; without git on `PATH`, or hooks that can run, it refuses.
  init(root: String, spool: Spool, _ configuration: HubServer.Configuration) {
    (self.spool, limits, logger) = (spool, configuration.limits, configuration.logger)
    turns = Mutex((free: max(1, configuration.limits.gitProcesses), waiting: []))
    let hooks = root + "/hooks"
    do throws(HubError) {
      try PushHook.install(in: hooks)
      program = GitProgram(searchPath: configuration.searchPath, hooks: hooks)
      if program == nil {
        logger.notice("there is no git in \(configuration.searchPath): clones and pushes are refused")
      }
    } catch {
      program = nil
      logger.error("clones and pushes are refused", metadata: ["reason": "\(error)"])
    }
  }

  /// The right to run git, given back with its last owner.
  final class Turn: Sendable {
    private let engine: GitEngine

    fileprivate init(_ engine: GitEngine) { self.engine = engine }

    deinit { engine.endTurn() }
  }

  /// Waits for a turn.
  ///
  /// - Throws: ``Refusal`` if too many wait already.
  func turn() async throws(Refusal) -> Turn {
    let isFull = turns.withLock { $0.free == 0 && $0.waiting.count >= Self.queue }
    guard !isFull else {
      throw Refusal(
        .serviceUnavailable, "Too many clones and pushes wait for their turn; try again", headers: [.retryAfter: "10"])
    }
    await withCheckedContinuation { continuation in
      let isFree = turns.withLock { turns in
        guard turns.free > 0 else {
          turns.waiting.append(continuation)
          return false
        }
        turns.free -= 1
        return true
      }
      if isFree { continuation.resume() }
    }
    return Turn(self)
  }

  private func endTurn() {
    let next: CheckedContinuation<Void, Never>? = turns.withLock { turns in
      guard !turns.waiting.isEmpty else {
        turns.free += 1
        return nil
      }
      return turns.waiting.removeFirst()
    }
    next?.resume()
  }
}
