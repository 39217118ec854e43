import Crypto
import Foundation
import HubModel
import HubTestSupport
import HubTransport
import Testing

/// One request to a hub, without redirects and retries.
struct Client {
  let hub: RunningHub
  private let transport = CurlTransport()

  init(_ hub: RunningHub) { self.hub = hub }

  func get(_ path: String, token: String? = nil, _ headers: HTTPHeaders = [:]) async throws -> HTTPResponse {
    try await send(.get, path, token: token, headers)
  }

  func head(_ path: String, token: String? = nil, _ headers: HTTPHeaders = [:]) async throws -> HTTPResponse {
    try await send(.head, path, token: token, headers)
  }

  func send(
    _ method: HTTPMethod, _ path: String, token: String? = nil, _ headers: HTTPHeaders = [:], body: HTTPBody = .none
  ) async throws -> HTTPResponse {
    let url = try #require(URL(string: "http://127.0.0.1:\(hub.port)\(path)"))
    var request = HTTPRequest(method, url, headers: headers, body: body)
    request.token = try token.map { try Token($0).bound(to: #require(Origin(url))) }
    return try await transport.send(request)
  }
}

extension HTTPResponse {
  var text: String { String(decoding: body, as: UTF8.self) }

  func decoded<Value: Decodable>(as type: Value.Type = Value.self) throws -> Value {
    try JSONDecoder().decode(type, from: Data(body))
  }
}

/// The digits of a hash.
func hexadecimal(_ digest: some Digest) -> String {
  digest.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
}
