import Foundation

/// An access token, a secret that no printing shows.
///
/// A token by itself belongs nowhere; only one that is bound to the origin of its hub (``BoundToken``) can be sent.
/// Its text is visible to this package alone, in the few places that write a header or a token file.
public struct Token: Hashable, Sendable {
  /// The longest token that is accepted, in bytes; those of hubs have some forty, signed ones a few thousand.
  public static let maximumLength = 8192

  /// The secret.
  package let secret: String

  /// Takes `text` without the white space around it.
  ///
  /// - Throws: ``HubError/Problem/invalidArgument(name:value:reason:)``, never with the text itself, if what is left is
  ///   empty, longer than ``maximumLength``, or has a byte that is not a visible ASCII character: a line break would
  ///   add a header of somebody else's choice.
  public init(_ text: String) throws(HubError) {
    let trimmed = Substring(text).utf8.trimmingWhitespace
    func refuse(_ reason: String) -> HubError { HubError(.invalidArgument(name: "token", value: nil, reason: reason)) }
    if trimmed.isEmpty { throw refuse("it is empty") }
    if trimmed.count > Self.maximumLength { throw refuse("it is longer than \(Self.maximumLength) bytes") }
    guard trimmed.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw refuse("it holds a space, a control character or a letter beyond ASCII; copy it again, alone")
    }
    secret = String(Substring(trimmed))
  }

  /// Binds the token to the one origin that may see it.
  public func bound(to origin: Origin, as scheme: BoundToken.Scheme = .bearer) -> BoundToken {
    BoundToken(token: self, origin: origin, scheme: scheme)
  }

  /// Enough of the token to tell it from others, and no more: `hf_****wxyz`; of a short one nothing.
  public var masked: String {
    secret.utf8.count < 16 ? "****" : String(secret.prefix { $0 != "_" }.prefix(8)) + "_****" + secret.suffix(4)
  }

  /// `text` with every occurrence of the token replaced, for a server's words that repeat it.
  public func redacted(in text: String) -> String { text.replacing(secret, with: "(token)") }
}

extension Token: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// Never the token.
  public var description: String { "(token)" }
  /// Never the token.
  public var debugDescription: String { description }
  /// Nothing to see for a dump either.
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// A token with the one origin it may be sent to.
///
/// What sends requests compares ``origin`` with that of each request, those after redirects included, and leaves the
/// header out wherever they differ.
public struct BoundToken: Hashable, Sendable {
  /// The secret.
  public let token: Token
  /// Scheme, host and port of the hub that gave it out.
  public let origin: Origin
  /// How it is presented.
  public let scheme: Scheme

  /// How a token is presented to a server.
  public enum Scheme: Hashable, Sendable {
    /// `Authorization: Bearer TOKEN` (RFC 6750), for hubs.
    case bearer
    /// `Authorization: Basic`, with the token as the password (RFC 7617), for git servers.
    case basic(user: String)
  }

  /// The user beside a token where servers look at the token alone; the one that Python's client gives to git's
  /// credential helpers.
  package static let plainUser = "hf_user"

  /// Binds `token` to `origin`.
  public init(token: Token, origin: Origin, scheme: Scheme = .bearer) {
    (self.token, self.origin, self.scheme) = (token, origin, scheme)
  }

  /// The value of the `Authorization` header for a request to `target`.
  ///
  /// - Returns: `nil` unless `target` is the token's own origin.
  package func authorization(for target: Origin) -> String? {
    guard target == origin else { return nil }
    switch scheme {
    case .bearer: return "Bearer \(token.secret)"
    case .basic(let user): return "Basic \(Data("\(user):\(token.secret)".utf8).base64EncodedString())"
    }
  }
}

extension BoundToken {
  /// `text` with every occurrence of the token replaced, as it is and as the header that carries it has it.
  public func redacted(in text: String) -> String {
    let header = authorization(for: origin)?.split(separator: " ").last.map(String.init)
    let withoutHeader = header.map { text.replacing($0, with: "(token)") } ?? text
    return token.redacted(in: withoutHeader)
  }
}

extension Substring.UTF8View {
  fileprivate var trimmingWhitespace: Self {
    func isWhitespace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
    guard let start = firstIndex(where: { !isWhitespace($0) }), let last = lastIndex(where: { !isWhitespace($0) })
    else { return self[endIndex...] }
    return self[start...last]
  }
}
