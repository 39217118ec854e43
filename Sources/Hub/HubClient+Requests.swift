import Foundation
import HubModel
import HubTransport

/// Requests that say something: JSON to the hub, and its JSON back.
extension HubClient {
  /// `value` as JSON.
  static func json(_ value: some Encodable) throws(HubError) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.withoutEscapingSlashes]
    do {
      return [UInt8](try encoder.encode(value))
    } catch {
      throw HubError(.protocolViolation("a message cannot be written"), cause: error)
    }
  }

  /// Tells the hub something.
  ///
  /// - Parameter isIdempotent: Whether saying it twice has no further effect, so that a lost answer is asked for again.
  /// - Throws: What the hub refuses with; `uncertain` for a lost answer to what must not be said twice; `offline`.
  @discardableResult
  func tell(
    _ method: HTTPMethod, _ route: Route, query: [(String, String)] = [], _ message: (some Encodable)?,
    isIdempotent: Bool? = nil, options: DownloadOptions, _ context: HubError.Context
  ) async throws(HubError) -> HTTPResponse {
    if let mode = offlineMode(options) { throw HubError(.offline(mode), context: context) }
    do throws(HubError) {
      var request = try request(method, route, query: query, options: options)
      if let message {
        request.headers["Content-Type"] = "application/json"
        request.body = .bytes(try Self.json(message))
      }
      if let isIdempotent { request.isIdempotent = isIdempotent }
      return try await exchange(request)
    } catch {
      throw error.with(context)
    }
  }

  /// Tells the hub something, and reads its answer.
  func ask<Value: Decodable>(
    _ method: HTTPMethod, _ route: Route, query: [(String, String)] = [], _ message: (some Encodable)?,
    isIdempotent: Bool? = nil, options: DownloadOptions, _ context: HubError.Context
  ) async throws(HubError) -> Value {
    let response = try await tell(
      method, route, query: query, message, isIdempotent: isIdempotent, options: options, context)
    return try Answer(response: response, context: context).get()
  }

  /// The message of a request that says nothing.
  static var nothing: Never? { nil }
}
