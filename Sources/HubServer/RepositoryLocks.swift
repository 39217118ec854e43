import Synchronization

/// One writer at a time for each repository, so that writers wait for each other instead of failing.
///
/// What makes writes safe is that refs are compared and swapped; `git push` knows nothing of these locks. They save the
/// work of making commits that would lose, and no thread is held while one waits.
final class RepositoryLocks: Sendable {
  private typealias Turn = CheckedContinuation<Void, Never>

  /// Who waits for each repository that somebody writes to.
  private let waiting = Mutex<[String: [Turn]]>([:])

  /// Runs `body` while nobody else does for the same `key`.
  func locked<Value: Sendable>(_ key: String, _ body: () async throws -> Value) async throws -> Value {
    await acquire(key)
    defer { release(key) }
    return try await body()
  }

  private func acquire(_ key: String) async {
    await withCheckedContinuation { (turn: Turn) in
      let isFree = waiting.withLock { waiting in
        guard waiting[key] != nil else {
          waiting[key] = []
          return true
        }
        waiting[key]?.append(turn)
        return false
      }
      if isFree { turn.resume() }
    }
  }

  private func release(_ key: String) {
    let next: Turn? = waiting.withLock { waiting in
      guard var turns = waiting[key], !turns.isEmpty else {
        waiting[key] = nil
        return nil
      }
      let next = turns.removeFirst()
      waiting[key] = turns
      return next
    }
    next?.resume()
  }
}
