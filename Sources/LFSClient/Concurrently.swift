package import HubModel

/// Does `work` for every element, at most `limit` at once; the first failure stops the others.
///
/// - Returns: What came of each, in no order.
@discardableResult
package func concurrently<Element: Sendable, Value: Sendable>(
  _ elements: [Element], limit: Int, _ work: @escaping @Sendable (Element) async throws(HubError) -> Value
) async throws(HubError) -> [Value] {
  do {
    return try await withThrowingTaskGroup(of: Value.self) { group in
      var rest = elements.makeIterator()
      func startNext() {
        guard let next = rest.next() else { return }
        group.addTask { try await work(next) }
      }
      for _ in 0..<max(1, limit) { startNext() }
      var values: [Value] = []
      while let value = try await group.next() {
        values.append(value)
        startNext()
      }
      return values
    }
  } catch {
    throw error as? HubError ?? HubError(.cancelled, cause: error)
  }
}
