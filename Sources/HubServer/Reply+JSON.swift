import Foundation
import HTTPTypes

extension Reply {
  /// `value` as JSON.
  init(json value: some Encodable, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
    self.init(status, headers: headers, body: .bytes([UInt8](try encoder.encode(value))))
    self.headers[.contentType] = "application/json; charset=utf-8"
  }

  /// The answer that says why not.
  init(_ refusal: Refusal) {
    // Absence: a dictionary of strings always becomes JSON.
    let body = (try? Reply(json: ["error": refusal.message]).body) ?? .bytes([])
    self.init(refusal.status, headers: refusal.headers, body: body)
    headers[.contentType] = "application/json; charset=utf-8"
    headers[.errorMessage] = refusal.message
    if let code = refusal.code { headers[.errorCode] = code }
  }
}

/// A time as the interface writes it: `2024-01-01T00:00:00.000Z`.
func timestamp(_ seconds: Int64) -> String {
  Date(timeIntervalSince1970: TimeInterval(seconds)).formatted(
    Date.ISO8601FormatStyle(includingFractionalSeconds: true))
}
