import Foundation
public import HubModel

/// Carries ``RetryPolicy`` out.
public struct Retrying: Sendable {
  /// The table.
  public var policy: RetryPolicy
  /// What may be spent.
  public var budget: Budget
  /// Where time comes from; a test has its own.
  public var clock: any Clock<Duration>

  /// The usual policy and budget.
  public init(
    policy: RetryPolicy = RetryPolicy(), budget: Budget = Budget(), clock: any Clock<Duration> = ContinuousClock()
  ) {
    (self.policy, self.budget, self.clock) = (policy, budget, clock)
  }

  /// Makes attempts until one succeeds, or another one would be useless or too late.
  ///
  /// - Parameters:
  ///   - isIdempotent: Whether the request may be processed twice.
  ///   - progress: A number that grows with every byte that will not be fetched again. When it has grown during an
  ///     attempt, attempts and patience are counted anew.
  ///   - attempt: Makes one attempt, given its number from 1.
  /// - Returns: The first answer whose status is not to be tried again, or the last one.
  /// - Throws: The last attempt's error, naming the number of attempts; `rateLimited` with the wait, when the hub wants
  ///   a longer one than the budget has; `uncertain` when a request that may not be sent twice was sent and has no
  ///   answer; `cancelled`.
  public func run(
    isIdempotent: Bool = true, progress: () -> Int64 = { 0 },
    _ attempt: (Int) async throws(HubError) -> HTTPResponse
  ) async throws(HubError) -> HTTPResponse {
    var state = State(stopwatch: Stopwatch(clock), progress: progress())
    while true {
      let result = await Self.result { () async throws(HubError) in try await attempt(state.total + 1) }
      state.finishAttempt(progress: progress())
      guard let outcome = Self.outcome(result) else { return try result.get() }
      let decision = policy.decide(
        outcome, attempt: state.sinceProgress, budget: budget, elapsed: state.stopwatch.seconds,
        isIdempotent: isIdempotent, jitter: .random(in: 0...1))
      switch decision {
      case .retry(let seconds): try await sleep(seconds)
      case .giveUpWaiting(let seconds): throw HubError(.rateLimited(retryAfter: seconds), context: result.context)
      case .giveUp: return try Self.finish(result, attempts: state.total, isIdempotent: isIdempotent)
      }
    }
  }

  private struct State {
    var stopwatch: Stopwatch
    var progress: Int64
    /// Attempts made in all, and since bytes last arrived.
    var total = 0, sinceProgress = 0

    mutating func finishAttempt(progress: Int64) {
      total += 1
      sinceProgress += 1
      guard progress > self.progress else { return }
      (self.progress, sinceProgress) = (progress, 1)
      stopwatch.restart()
    }
  }

  /// How `result` went wrong in a way that time may heal, or `nil`.
  private static func outcome(_ result: Result<HTTPResponse, HubError>) -> RetryPolicy.Outcome? {
    switch result {
    case .success(let response):
      guard RetryPolicy.retriedStatuses.contains(response.status) else { return nil }
      let now = Date().timeIntervalSince1970
      return .status(response.status, wait: ServerWait.seconds(response.headers, now: now))
    case .failure(let error): return error.transportKind.map { .failure($0) }
    }
  }

  private static func finish(
    _ result: Result<HTTPResponse, HubError>, attempts: Int, isIdempotent: Bool
  ) throws(HubError) -> HTTPResponse {
    guard case .failure(let error) = result, let kind = error.transportKind else { return try result.get() }
    if !isIdempotent, kind == .broken || kind == .timeout || kind == .malformed {
      throw HubError(.uncertain("the request was sent, but its answer was lost"), context: error.context, cause: error)
    }
    throw attempts > 1 ? error.afterAttempts(attempts) : error
  }

  private func sleep(_ seconds: Double) async throws(HubError) {
    do {
      try await clock.sleep(for: .seconds(seconds))
    } catch {
      throw HubError(.cancelled)
    }
  }

  private static func result(
    _ body: () async throws(HubError) -> HTTPResponse
  ) async -> Result<HTTPResponse, HubError> {
    do throws(HubError) {
      return .success(try await body())
    } catch {
      return .failure(error)
    }
  }
}

/// The seconds since a moment of some clock.
private struct Stopwatch {
  private let elapsed: () -> Double
  private let renew: () -> Stopwatch

  init(_ clock: any Clock<Duration>) { self.init(opened: clock) }

  private init(opened clock: some Clock<Duration>) {
    let start = clock.now
    elapsed = { start.duration(to: clock.now) / .seconds(1) }
    renew = { Stopwatch(clock) }
  }

  var seconds: Double { elapsed() }

  mutating func restart() { self = renew() }
}

extension Result<HTTPResponse, HubError> {
  fileprivate var context: HubError.Context {
    switch self {
    case .success(let response): HubError.Context(url: response.url.redacted, requestID: response.head.requestID)
    case .failure(let error): error.context
    }
  }
}

extension HubError {
  /// The kind of the failure of a transfer, if this error is one; those of the sink and of the caller are not.
  var transportKind: TransportFailure.Kind? {
    (cause as? TransportFailure)?.kind
  }

  /// The same error, its sentence naming how often it was tried.
  fileprivate func afterAttempts(_ count: Int) -> HubError {
    let suffix = " (after \(count) attempts)"
    switch problem {
    case .network(let reason): return HubError(.network(reason + suffix), context: context, cause: cause)
    case .timeout(let reason): return HubError(.timeout(reason + suffix), context: context, cause: cause)
    default: return self
    }
  }
}
