import HTTPTypes
import HubModel

/// A request, taken apart: what the answer depends on.
struct HubRequest: Sendable {
  let method: HTTPRequest.Method
  /// The path as it came, not decoded: an encoded slash is no separator.
  let path: String
  /// What follows the question mark, as it came; `nil` without one.
  let queryText: String?
  let query: Query
  let headers: HTTPFields
  /// Whose token came with it; `nil` without one.
  let caller: Account?
  /// The address that it came from, as far as it tells callers apart.
  let address: String
  /// The hub's URL as this client sees it, without a slash at its end.
  let endpoint: String

  var isHead: Bool { method == .head }

  /// In whose name it is counted: the user's, or the address's without a token.
  var party: String { caller.map { "user " + $0.user } ?? "address " + address }

  /// The value of `Link` for the next page of a list.
  ///
  /// The URL is absolute and complete: clients request it as it stands.
  func next(_ route: Route, _ fields: KeyValuePairs<String, String?>) -> String {
    let query = fields.compactMap { name, value in value.map { "\(name)=\(PercentEncoding.encode($0))" } }
    return "<\(endpoint)\(route.path)?\(query.joined(separator: "&"))>; rel=\"next\""
  }
}

/// The answer to a request.
struct Reply: Sendable {
  enum Body: Sendable {
    case bytes([UInt8])
    /// A part of a file, read while it is sent.
    case file(ServedFile, Range<Int64>)
    /// None, with the length of the one that GET has.
    case omitted(Int64)
    /// Bytes that are made while they are sent, so that their number is not known before; the writer may be told of
    /// some, of many, and waits for the client.
    case stream(@concurrent @Sendable (inout StreamWriter) async throws -> Void)
  }

  var status: HTTPResponse.Status
  var headers: HTTPFields
  var body: Body

  init(_ status: HTTPResponse.Status = .ok, headers: HTTPFields = [:], body: Body = .bytes([])) {
    (self.status, self.headers, self.body) = (status, headers, body)
  }

  /// The value of `Content-Length`; `nil` where only the end tells.
  var length: Int64? {
    switch body {
    case .bytes(let bytes): Int64(bytes.count)
    case .file(_, let range): Int64(range.count)
    case .omitted(let length): length
    case .stream: nil
    }
  }
}
