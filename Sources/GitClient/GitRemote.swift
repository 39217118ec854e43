public import Foundation
public import HubModel

/// Where a push goes: a bare repository on this machine, or one behind a git server.
public struct GitRemote: Hashable, Sendable, CustomStringConvertible {
  enum Place: Hashable, Sendable {
    /// The directory of a bare repository, absolute.
    case directory(String)
    /// The URL that `/info/refs` is appended to, without user, query and fragment.
    case server(URL, Origin)
  }

  let place: Place
  /// The user that a URL named, as in `https://ada@host/model.git`: whose password goes with requests.
  public let user: String?

  /// Reads a path, a `file://` URL, or an `http://` or `https://` URL, with or without `.git` at its end as the server
  /// has it.
  ///
  /// - Throws: `invalidArgument` for a URL of another scheme or without a host, and for one that holds a password, a
  ///   query or a fragment. Such a URL is not repeated in the error: a token in it would end in logs, in the
  ///   list of processes and in configurations of git. Pass the token to ``GitClient`` instead.
  public init(_ text: String) throws(HubError) {
    guard !text.isEmpty, !text.utf8.contains(0), !text.utf8.contains(UInt8(ascii: "\n")) else {
      throw Self.refuse(nil, "it is empty, or has a line break in it")
    }
    if text.hasBytes("://") {
      guard let url = URL(string: text) else { throw Self.refuse(nil, "it is no URL") }
      try self.init(url: url)
    } else {
      self.init(place: .directory(Self.absolute(text)))
    }
  }

  /// The remote at a `file`, `http` or `https` URL.
  ///
  /// - Throws: As ``init(_:)``.
  public init(url: URL) throws(HubError) {
    guard url.password() == nil else { throw Self.refuse(nil, "it holds a password; pass the token apart from it") }
    guard url.query() == nil, url.fragment() == nil else { throw Self.refuse(nil, "it has a query or a fragment") }
    let user = try url.user(percentEncoded: false).map(Self.checkedUser)
    self.init(place: try url.isFileURL ? Self.directory(url) : Self.server(url), user: user)
  }

  private init(place: Place, user: String? = nil) { (self.place, self.user) = (place, user) }

  private static func checkedUser(_ user: String) throws(HubError) -> String {
    // A control character would be another line for git's credential helpers, a colon ends the user (RFC 7617).
    guard !user.isEmpty, user.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: ":") }) else {
      throw refuse(nil, "its user is empty, or has a character that no user has")
    }
    // Nobody's name is so long, but for addresses of mail; tokens are, and those of hubs begin like these.
    let isToken = ["hf_", "ghp_", "gho_", "github_pat_", "glpat-"].contains { user.beginsWithBytes($0) }
    guard !isToken || user == BoundToken.plainUser,
      user.utf8.count <= longestName || user.utf8.contains(UInt8(ascii: "@"))
    else {
      throw refuse(nil, "its user looks like a token; pass the token apart from it")
    }
    return user
  }

  private static let longestName = 30

  private static func directory(_ url: URL) throws(HubError) -> Place {
    guard ["", "localhost"].contains(url.host() ?? "") else {
      throw refuse(url.redacted, "it names a file on another machine")
    }
    return .directory(absolute(url.path))
  }

  private static func server(_ url: URL) throws(HubError) -> Place {
    guard let origin = Origin(url) else {
      throw refuse(url.redacted, "only paths and file, http and https URLs are understood")
    }
    var parts = URLComponents(url: url, resolvingAgainstBaseURL: true)
    parts?.user = nil
    while parts?.percentEncodedPath.hasSuffix("/") == true { parts?.percentEncodedPath.removeLast() }
    guard let base = parts?.url else { throw refuse(url.redacted, "it is no URL") }
    return .server(base, origin)
  }

  /// Where a token must be bound to for this remote; `nil` for a directory.
  public var origin: Origin? {
    if case .server(_, let origin) = place { origin } else { nil }
  }

  /// The path or the URL, without a secret.
  public var description: String {
    switch place {
    case .directory(let path): path
    case .server(let url, _): url.redacted
    }
  }

  private static func absolute(_ path: String) -> String {
    let url = URL(filePath: path, directoryHint: .isDirectory).standardizedFileURL
    let path = url.path
    return path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
  }

  private static func refuse(_ value: String?, _ reason: String) -> HubError {
    HubError(.invalidArgument(name: "git remote", value: value, reason: reason))
  }
}
