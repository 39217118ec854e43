/// Asks again and again until `condition` holds; a test that waits for what never comes has failed, and does not hang.
///
/// - Throws: ``NeverHappened`` after `limit`, and what `condition` throws.
public func eventually(
  _ what: String, within limit: Duration = .seconds(60), _ condition: () async throws -> Bool
) async throws {
  let deadline = ContinuousClock.now + limit
  while !(try await condition()) {
    guard ContinuousClock.now < deadline else { throw NeverHappened(what: what, limit: limit) }
    try await Task.sleep(for: .milliseconds(10))
  }
}

/// What a test waited for in vain.
public struct NeverHappened: Error, CustomStringConvertible, Sendable {
  let what: String
  let limit: Duration

  /// What was waited for, and how long.
  public var description: String { "waited \(limit) in vain: \(what)" }
}
