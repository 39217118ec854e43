import Foundation
import HubModel
import HubTransport
import Testing

/// The URL that a test has written out.
func parsed(_ text: String) throws -> URL { try #require(URL(string: text)) }

/// Expects `body` to throw a `HubError` of this kind.
func expect(
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
