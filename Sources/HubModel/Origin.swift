public import Foundation

/// Where a URL leads: scheme, host and port, the unit to which a token is bound (RFC 6454).
public struct Origin: Hashable, Sendable, CustomStringConvertible {
  /// `http` or `https`.
  public let scheme: String
  /// The host, in lower case.
  public let host: String
  /// The port, the scheme's own if the URL names none.
  public let port: Int

  /// The origin of `url`.
  ///
  /// - Returns: `nil` for a URL without a host, or with a scheme other than `http` and `https`: nothing else is ever
  ///   followed.
  public init?(_ url: URL) {
    guard let scheme = url.scheme?.lowercased(), let host = url.host()?.lowercased(), !host.isEmpty else { return nil }
    guard scheme == "http" || scheme == "https" else { return nil }
    (self.scheme, self.host, port) = (scheme, host, url.port ?? (scheme == "https" ? 443 : 80))
  }

  /// The origin as a URL without a path.
  public var description: String { "\(scheme)://\(host):\(port)" }

  /// Whether going from this origin to `other` gives up encryption, which is never done on a server's word.
  public func isDowngrade(to other: Origin) -> Bool { scheme == "https" && other.scheme == "http" }
}

extension URL {
  /// The URL without user, password, query and fragment: what may be logged, as signed URLs carry secrets in the query.
  public var redacted: String {
    guard var parts = URLComponents(url: self, resolvingAgainstBaseURL: true) else { return "(unreadable URL)" }
    (parts.user, parts.password, parts.query, parts.fragment) = (nil, nil, nil, nil)
    return parts.string ?? "(unreadable URL)"
  }
}
