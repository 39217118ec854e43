import HTTPTypes
import HubModel
import Logging
import Synchronization

/// Runs git for clients: a few at once, the others wait for their turn.
///
/// One user, or one address without a token, has half of the turns and of the places in the queue at most: whoever reads
/// slowly, or asks for much, is not in the way of everybody.
final class GitEngine: Sendable {
  /// More that wait are sent away.
  private static var queue: Int { 256 }

  let program: GitProgram?
  let spool: Spool
  let limits: HubServer.Limits
  let logger: Logger
  private let turns: Mutex<Turns>

  /// The engine of the hub in `root`; without git on `PATH`, or hooks that can run, it refuses.
  init(root: String, spool: Spool, _ configuration: HubServer.Configuration) {
    (self.spool, limits, logger) = (spool, configuration.limits, configuration.logger)
    turns = Mutex(Turns(max(1, configuration.limits.gitProcesses)))
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
    private let caller: String

    fileprivate init(_ engine: GitEngine, _ caller: String) { (self.engine, self.caller) = (engine, caller) }

    deinit { engine.turns.withLock { $0.giveBack(caller) }?.resume() }
  }

  /// Waits for a turn.
  ///
  /// - Parameter caller: Whose share it is taken from.
  /// - Throws: ``Refusal`` if too many wait already.
  func turn(for caller: String) async throws(Refusal) -> Turn {
    let isFull = turns.withLock { $0.isFull(for: caller, Self.queue) }
    guard !isFull else {
      throw Refusal(
        .serviceUnavailable, "Too many clones and pushes wait for their turn; try again", headers: [.retryAfter: "10"])
    }
    await withCheckedContinuation { continuation in
      let isFree = turns.withLock { turns in
        if turns.take(caller) { return true }
        turns.waiting.append((caller, continuation))
        return false
      }
      if isFree { continuation.resume() }
    }
    return Turn(self, caller)
  }
}

/// Who has a turn, and who waits for one.
private struct Turns {
  private var free: Int
  /// The most that one caller has.
  private let share: Int
  private var held: [String: Int] = [:]
  var waiting: [(caller: String, continuation: CheckedContinuation<Void, Never>)] = []

  init(_ count: Int) { (free, share) = (count, max(1, count / 2)) }

  func isFull(for caller: String, _ queue: Int) -> Bool {
    waiting.count >= queue || waiting.count(where: { $0.caller == caller }) >= queue / 2
  }

  /// Takes a turn, if there is one for `caller`.
  mutating func take(_ caller: String) -> Bool {
    guard free > 0, held[caller, default: 0] < share else { return false }
    free -= 1
    held[caller, default: 0] += 1
    return true
  }

  /// Gives a turn back; whoever is next has it when this returns.
  mutating func giveBack(_ caller: String) -> CheckedContinuation<Void, Never>? {
    free += 1
    let left = held[caller, default: 1] - 1
    held[caller] = left == 0 ? nil : left
    guard let place = waiting.firstIndex(where: { held[$0.caller, default: 0] < share }) else { return nil }
    let next = waiting.remove(at: place)
    _ = take(next.caller)
    return next.continuation
  }
}
