import Foundation
import HubModel
import Synchronization
import TestSupport
import Testing

@testable import HubTransport

/// A clock whose time passes only in sleeps, which end at once.
final class PatientClock: Clock {
  typealias Instant = ContinuousClock.Instant
  private let time = Mutex((now: ContinuousClock.now, slept: [Double]()))

  var now: Instant { time.withLock(\.now) }
  let minimumResolution = Duration.zero
  var sleeps: [Double] { time.withLock(\.slept) }

  func sleep(until deadline: Instant, tolerance: Duration?) async throws {
    try Task.checkCancellation()
    time.withLock { time in
      time.slept.append(time.now.duration(to: deadline) / .seconds(1))
      time.now = max(time.now, deadline)
    }
  }
}

@Suite struct RetryingTests {
  let clock = PatientClock()
  let broken = TransportFailure(.broken, "cut").error
  var retrying: Retrying { Retrying(clock: clock) }

  static func answer(_ status: Int, _ headers: HTTPHeaders = [:]) throws -> HTTPResponse {
    HTTPResponse(
      head: HTTPResponseHead(status: status, headers: headers, url: try parsed("http://h/")))
  }

  @Test func `a fault that passes is not seen`() async throws {
    let answers = [try Self.answer(503), try Self.answer(429, ["Retry-After": "5"]), try Self.answer(200)]
    let response = try await retrying.run { attempt throws(HubError) in
      if attempt == 1 { throw broken }
      return answers[attempt - 2]
    }
    #expect(response.status == 200)
    #expect(clock.sleeps.count == 3)
    #expect((5...5.3).contains(clock.sleeps[2]))
  }

  @Test func `a fault that stays is named with the number of attempts`() async throws {
    let error = await #expect(throws: HubError.self) {
      try await retrying.run { _ throws(HubError) in throw broken }
    }
    #expect(error?.problem == .network("cut (after 6 attempts)"))
    #expect(clock.sleeps.reduce(0, +) < 60)
  }

  @Test func `an answer that stays bad is the answer`() async throws {
    let answer = try Self.answer(500)
    #expect(try await retrying.run { _ in answer }.status == 500)
    #expect(clock.sleeps.count == 5)
  }

  @Test func `progress renews the budget`() async throws {
    let answer = try Self.answer(200)
    var received: Int64 = 0
    _ = try await retrying.run(progress: { received }) { attempt throws(HubError) in
      if attempt == 50 { return answer }
      received += 1
      throw broken
    }
    #expect(clock.sleeps.count == 49)
    #expect(clock.sleeps.allSatisfy { $0 < 1 })
  }

  @Test func `a wait beyond the budget is not waited for`() async throws {
    let answer = try Self.answer(429, ["Retry-After": "86400"])
    let error = await #expect(throws: HubError.self) { try await retrying.run { _ in answer } }
    #expect(error?.problem == .rateLimited(retryAfter: 86400))
    #expect(clock.sleeps.isEmpty)
  }

  @Test func `a write whose answer is lost is uncertain, and not repeated`() async throws {
    var attempts = 0
    let error = await #expect(throws: HubError.self) {
      try await retrying.run(isIdempotent: false) { _ throws(HubError) in
        attempts += 1
        throw broken
      }
    }
    #expect(error?.code == .uncertain)
    #expect(attempts == 1)
  }

  @Test func `an error that is not the network's ends it`() async throws {
    var attempts = 0
    await expect(.integrity) {
      try await retrying.run { _ throws(HubError) in
        attempts += 1
        throw HubError(.integrity(expected: "a", got: "b"))
      }
    }
    #expect(attempts == 1)
  }

  @Test func `cancellation ends the wait`() async throws {
    let retrying = Retrying()
    let broken = broken
    let task = Task { try await retrying.run { _ throws(HubError) in throw broken } }
    task.cancel()
    let result = await task.result
    let error = #expect(throws: HubError.self) { try result.get() }
    #expect(error?.code == .cancelled)
  }
}
