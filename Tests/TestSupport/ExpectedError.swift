public import HubModel
public import Testing

/// Expects `body` to throw a `HubError` of this kind.
public func expect(
  _ code: HubError.Code, sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> some Any
) async {
  do {
    let value = try await body()
    Issue.record("no error, but \(value)", sourceLocation: sourceLocation)
  } catch let error as HubError {
    #expect(error.code == code, "\(error.explanation)", sourceLocation: sourceLocation)
  } catch {
    Issue.record(error, sourceLocation: sourceLocation)
  }
}
