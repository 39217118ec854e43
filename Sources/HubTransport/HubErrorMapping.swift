public import Foundation
public import HubModel

/// What a refusal means, by the rules of the Hugging Face Hub.
public enum HubErrorMapping {
  /// The error that an answer of 400 or more stands for, with the hub's own words and the request's identity.
  ///
  /// `X-Error-Code` counts before the status; `X-Error-Message` before the body. An answer of 401 without a code means
  /// that the repository does not exist or is hidden, unless the hub says that the credentials are wrong or the URL is
  /// not a repository's.
  ///
  /// - Parameters:
  ///   - response: The answer.
  ///   - token: The token that was sent; where the hub's words repeat it, it is taken out.
  ///   - now: The current time, seconds since 1970, to which a date in `Retry-After` is compared.
  /// - Returns: `nil` below 400.
  public static func error(
    for response: HTTPResponse, token: Token? = nil, now: Double = Date().timeIntervalSince1970
  ) -> HubError? {
    guard response.status >= 400 else { return nil }
    let words = message(of: response)
    let context = HubError.Context(
      url: response.url.redacted, requestID: response.head.requestID,
      serverMessage: words.map { redact($0, token) })
    return HubError(problem(response, words: words ?? "", now: now), context: context)
  }

  private static func problem(_ response: HTTPResponse, words: String, now: Double) -> HubError.Problem {
    switch response.headers["X-Error-Code"] {
    case "RevisionNotFound": return .revisionNotFound
    case "EntryNotFound": return .entryNotFound
    case "GatedRepo": return .gated
    case "RepoNotFound" where words != disabled: return .repositoryNotFound
    default: break
    }
    if words == disabled { return .disabled }
    switch response.status {
    case 401 where words != wrongCredentials && isRepository(response.url): return .repositoryNotFound
    case 401: return .unauthorized
    case 403: return .forbidden
    case 408: return .timeout("the hub waited too long for the request")
    case 409, 412: return .conflict("The hub holds something else already (\(response.status))")
    case 429: return .rateLimited(retryAfter: ServerWait.seconds(response.headers, now: now))
    default: return .status(response.status)
    }
  }

  private static let disabled = "Access to this resource is disabled."
  private static let wrongCredentials = "Invalid credentials in Authorization header"

  /// Whether the URL is one of a repository or of a file in it.
  private static func isRepository(_ url: URL) -> Bool {
    let components = url.path().pathComponents
    guard let api = components.firstIndex(of: "api") else { return components.contains("resolve") }
    let kinds: Set<Substring> = ["models", "datasets", "spaces"]
    return components.dropFirst(api + 2).contains { !$0.isEmpty } && kinds.contains(components[api + 1])
  }

  // MARK: The hub's words

  /// The longest message that is kept, in characters.
  private static let limit = 2000

  private static func message(of response: HTTPResponse) -> String? {
    if let header = response.headers["X-Error-Message"], !header.isEmpty { return String(header.prefix(limit)) }
    if let body = try? JSONDecoder().decode(ErrorBody.self, from: Data(response.body)) {
      // Absence: a body that is no JSON of the hub's is a text, or nothing to show.
      return body.messages.isEmpty ? nil : String(body.messages.joined(separator: "; ").prefix(limit))
    }
    let text = String(decoding: response.body.prefix(4 * limit), as: UTF8.self).trimmed
    let isPlain = !text.isEmpty && !text.hasPrefix("<") && !text.hasPrefix("{")
    let isBinary = text.unicodeScalars.contains { $0 == "\u{FFFD}" || $0.value == 0 }
    return isPlain && !isBinary ? String(text.prefix(limit)) : nil
  }

  /// `{"error": "text" | ["text"], "error_description": "text", "message": "text", "errors": [{"message": "text"}]}`
  private struct ErrorBody: Decodable {
    var messages: [String] = []

    enum CodingKeys: String, CodingKey {
      case error, message, errors
      case description = "error_description"
    }

    struct Detail: Decodable { var message: String }

    init(from decoder: any Decoder) throws {
      let fields = try decoder.container(keyedBy: CodingKeys.self)
      // Each field may be missing or of another form; the others still say something.
      if let list = try? fields.decode([String].self, forKey: .error) { messages = list }
      for key in [CodingKeys.error, .description, .message] {
        if let text = try? fields.decode(String.self, forKey: key) { messages.append(text) }
      }
      if let details = try? fields.decode([Detail].self, forKey: .errors) { messages += details.map(\.message) }
      messages = messages.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }
  }

  /// `words` without our token and without anything that looks like another one.
  private static func redact(_ words: String, _ token: Token?) -> String {
    let words = words.trimmingCharacters(in: .whitespacesAndNewlines)
    let withoutOurs = token?.redacted(in: words) ?? words
    return withoutOurs.replacing(/(hf|api_org)_[A-Za-z0-9]{8,}/, with: "(token)")
  }
}
