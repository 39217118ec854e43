public import HubModel

/// Which token a caller wants to be used: the values of the Python parameters `token` and `use_auth_token`.
public enum TokenRequest: Sendable, Hashable {
  /// The one that is found, if any is (`None`).
  case automatic
  /// The one that is found; that there is none is an error (`True`).
  case required
  /// No token (`False`).
  case none
  /// This one (a string).
  case token(Token)

  /// Reads a token that somebody passed as text.
  ///
  /// - Throws: `invalidArgument`, without the text, as ``HubModel/Token/init(_:)``.
  public static func string(_ text: String) throws(HubError) -> TokenRequest { .token(try Token(text)) }
}

/// A token with the place where it was found.
public struct FoundToken: Sendable, Hashable {
  /// The token.
  public let token: Token
  /// Where it was.
  public let source: Source
  /// What should be put right, in a sentence without its full stop.
  public let warnings: [String]

  /// Where a token can be.
  public enum Source: Sendable, Hashable, CustomStringConvertible {
    /// The caller passed it.
    case argument
    /// `HF_TOKEN` or `HUGGING_FACE_HUB_TOKEN`.
    case environment
    /// A file.
    case file(String)

    /// The place, for people.
    public var description: String {
      switch self {
      case .argument: "given"
      case .environment: "the environment (HF_TOKEN)"
      case .file(let path): path
      }
    }
  }
}
