import Foundation

/// Whether a request is sent again, and after how long: one table, without a clock and without chance.
public struct RetryPolicy: Sendable, Hashable {
  /// The wait before the second attempt, in seconds; every further one is twice as long.
  public var firstWait = 0.5
  /// The longest wait that is not the hub's wish, in seconds.
  public var longestWait = 8.0

  /// The usual policy.
  public init() {}

  /// How an attempt went wrong.
  public enum Outcome: Sendable, Hashable {
    /// No answer.
    case failure(TransportFailure.Kind)
    /// An answer of this status, with the seconds that the hub wants us to wait.
    case status(Int, wait: Double?)
  }

  /// What to do next.
  public enum Decision: Sendable, Hashable {
    /// Send the request again after so many seconds.
    case retry(after: Double)
    /// Give up.
    case giveUp
    /// Give up now, because the hub wants a longer wait than the budget has.
    case giveUpWaiting(seconds: Double)
  }

  /// The statuses that may pass: a timeout of the server's, too many requests, and its own failures.
  public static let retriedStatuses: Set<Int> = [408, 429, 500, 502, 503, 504]

  /// How many attempts are worth it, by kind of failure.
  ///
  /// A host that refuses connections or has no address is soon given up, so that a cached copy can be used; what is not
  /// HTTP or does not prove who it is will be the same the next time.
  static func attempts(_ kind: TransportFailure.Kind) -> Int {
    switch kind {
    case .broken: .max
    case .unreachable, .proxy, .timeout: 3
    case .malformed: 2
    case .tls, .configuration, .local: 1
    }
  }

  /// Decides after an attempt has failed.
  ///
  /// - Parameters:
  ///   - outcome: How it failed.
  ///   - attempt: Its number, from 1, counted anew after every attempt that brought new bytes.
  ///   - budget: What may be spent.
  ///   - elapsed: Seconds since the first attempt or since the last progress.
  ///   - isIdempotent: Whether the request may be sent twice; if not, only what never arrived is sent again.
  ///   - jitter: A random number from 0 to 1, which spreads the clients of one hub.
  public func decide(
    _ outcome: Outcome, attempt: Int, budget: Budget, elapsed: Double, isIdempotent: Bool, jitter: Double
  ) -> Decision {
    let remaining = budget.patience - elapsed
    switch outcome {
    case .failure(let kind):
      guard attempt < min(budget.attempts, Self.attempts(kind)) else { return .giveUp }
      guard isIdempotent || kind == .unreachable || kind == .proxy else { return .giveUp }
      return backOff(attempt, jitter, remaining)
    case .status(let status, let wait):
      guard Self.retriedStatuses.contains(status), attempt < budget.attempts else { return .giveUp }
      // 429 and 503 with a wait say that the request was not looked at.
      guard isIdempotent || status == 429 || (status == 503 && wait != nil) else { return .giveUp }
      guard let wait else { return backOff(attempt, jitter, remaining) }
      return wait < remaining ? .retry(after: wait + jitter / 4) : .giveUpWaiting(seconds: wait)
    }
  }

  private func backOff(_ attempt: Int, _ jitter: Double, _ remaining: Double) -> Decision {
    let wait = min(longestWait, firstWait * pow(2, Double(min(attempt, 30) - 1))) * (0.75 + jitter / 2)
    return wait < remaining ? .retry(after: wait) : .giveUp
  }
}

/// What an operation may spend on trying again.
public struct Budget: Sendable, Hashable {
  /// Attempts in a row without progress.
  public var attempts: Int
  /// Seconds without progress, attempts and waits together.
  public var patience: Double

  /// Six attempts, as Python's client makes, and a minute.
  public init(attempts: Int = 6, patience: Double = 60) { (self.attempts, self.patience) = (attempts, patience) }

  /// One attempt.
  public static let once = Budget(attempts: 1, patience: 0)
}
