import Synchronization

/// How many connections each address has.
///
/// A connection costs an attacker nothing and the server a place, for as long as a client may be silent: without a limit
/// one machine would have all of them.
final class ConnectionCounter: Sendable {
  /// The most that one address has; `nil` for any number.
  private let limit: Int?
  private let counts = Mutex<[String: Int]>([:])

  /// - Parameter limit: The most that one address has; `nil` for any number.
  init(limit: Int?) { self.limit = limit }

  /// Counts a connection; `false` if its address has too many, which is then not counted.
  func enter(_ address: String) -> Bool {
    counts.withLock { counts in
      let count = counts[address, default: 0]
      guard limit.map({ count < $0 }) != false else { return false }
      counts[address] = count + 1
      return true
    }
  }

  /// Counts one connection less.
  func leave(_ address: String) {
    counts.withLock { counts in
      let left = counts[address, default: 1] - 1
      counts[address] = left == 0 ? nil : left
    }
  }
}
