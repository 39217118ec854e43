import Testing

@testable import HubTransport

@Suite struct RetryPolicyTests {
  typealias Row = (RetryPolicy.Outcome, attempt: Int, elapsed: Double, isIdempotent: Bool, RetryPolicy.Decision)

  @Test(
    arguments: [
      // A connection that broke is tried as often as the budget allows, with waits that double up to a bound.
      (.failure(.broken), 1, 0, true, .retry(after: 0.5)), (.failure(.broken), 2, 0, true, .retry(after: 1)),
      (.failure(.broken), 5, 0, true, .retry(after: 8)), (.failure(.broken), 6, 0, true, .giveUp),
      (.failure(.broken), 3, 59, true, .giveUp),
      // A host that is not there, and one that is silent, are soon given up.
      (.failure(.unreachable), 2, 0, true, .retry(after: 1)), (.failure(.unreachable), 3, 0, true, .giveUp),
      (.failure(.timeout), 3, 30, true, .giveUp),
      // What is no HTTP is asked for once more; what is a lie about identity is not.
      (.failure(.malformed), 1, 0, true, .retry(after: 0.5)), (.failure(.malformed), 2, 0, true, .giveUp),
      (.failure(.tls), 1, 0, true, .giveUp), (.failure(.configuration), 1, 0, true, .giveUp),
      (.failure(.local), 1, 0, true, .giveUp),
      // What must not happen twice is sent again only if it never arrived.
      (.failure(.broken), 1, 0, false, .giveUp), (.failure(.unreachable), 1, 0, false, .retry(after: 0.5)),
      (.status(500, wait: nil), 1, 0, false, .giveUp), (.status(429, wait: nil), 1, 0, false, .retry(after: 0.5)),
      (.status(503, wait: 2), 1, 0, false, .retry(after: 2.125)), (.status(503, wait: nil), 1, 0, false, .giveUp),
      // Statuses: those that pass, those that stay, and the hub's own wish.
      (.status(503, wait: nil), 1, 0, true, .retry(after: 0.5)),
      (.status(408, wait: nil), 1, 0, true, .retry(after: 0.5)),
      (.status(404, wait: 1), 1, 0, true, .giveUp), (.status(501, wait: nil), 1, 0, true, .giveUp),
      (.status(429, wait: 1), 1, 0, true, .retry(after: 1.125)),
      (.status(429, wait: 0), 1, 0, true, .retry(after: 0.125)),
      (.status(429, wait: 86400), 1, 0, true, .giveUpWaiting(seconds: 86400)),
      (.status(503, wait: 40), 2, 30, true, .giveUpWaiting(seconds: 40)),
      (.status(429, wait: 1), 6, 0, true, .giveUp),
    ] as [Row]) func `each failure has its answer`(row: Row)
  {
    let (outcome, attempt, elapsed, isIdempotent, expected) = row
    let decision = RetryPolicy().decide(
      outcome, attempt: attempt, budget: Budget(), elapsed: elapsed, isIdempotent: isIdempotent, jitter: 0.5)
    #expect(decision == expected)
  }

  @Test func `chance spreads the waits by a quarter either way`() {
    for (jitter, wait) in [(0.0, 0.75), (1.0, 1.25)] {
      let decision = RetryPolicy().decide(
        .failure(.broken), attempt: 2, budget: Budget(), elapsed: 0, isIdempotent: true, jitter: jitter)
      #expect(decision == .retry(after: wait))
    }
  }
}

@Suite struct ServerWaitTests {
  /// Sun, 06 Nov 1994 08:49:37 GMT.
  static let date = 784_111_777.0

  @Test(
    arguments: [
      (["Retry-After": "7"], 7), (["Retry-After": "0"], 0), (["Retry-After": "86400"], 86400),
      (["Retry-After": "99999999999999999999"], 100 * 366 * 86400),
      // The three forms of a date, and one that has passed.
      (["Retry-After": "Sun, 06 Nov 1994 08:49:47 GMT"], 10), (["Retry-After": "Sunday, 06-Nov-94 08:49:47 GMT"], 10),
      (["Retry-After": "Sun Nov  6 08:49:47 1994"], 10), (["Retry-After": "Sun, 06 Nov 1994 08:00:00 GMT"], 0),
      // Rubbish.
      (["Retry-After": "soon"], nil), (["Retry-After": "-1"], nil), (["Retry-After": "1.5"], nil),
      (["Retry-After": ""], nil), ([:], nil), (["Retry-After": "12:99:99 never"], nil),
      // The rate limit's own header, once nothing is left.
      (["RateLimit": #""api";r=0;t=55"#], 56), (["RateLimit": #""api"; r=0; t=55"#, "Retry-After": "3"], 56),
      (["RateLimit": #""api";r=4;t=55"#, "Retry-After": "3"], 3), (["RateLimit": "rubbish"], nil),
      (["RateLimit": #""api";r=0;t=x"#], nil),
    ] as [(HTTPHeaders, Double?)]) func `the hub's wish is read in every form`(headers: HTTPHeaders, expected: Double?)
  {
    #expect(ServerWait.seconds(headers, now: Self.date) == expected)
  }
}
