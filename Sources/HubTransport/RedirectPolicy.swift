public import Foundation
public import HubModel

/// Whether an answer's `Location` is followed, and whether with the token: a table without a socket.
public struct RedirectPolicy: Sendable, Hashable {
  /// What is done about a redirect to another origin.
  public var elsewhere: Elsewhere
  /// How many redirects are followed in a row.
  public var limit: Int

  /// What to do when a server names another origin.
  public enum Elsewhere: Sendable, Hashable {
    /// Follow, without the token: for the bytes of a file, which lie in a store of their own.
    case follow
    /// Stop and use the redirect itself: for a file's metadata, which are in its headers.
    case stop
    /// An error: for the interface of a hub, which has no business elsewhere.
    case refuse
  }

  /// A policy with at most ten hops, as RFC 9110, section 15.4, leaves to the client.
  public init(elsewhere: Elsewhere, limit: Int = 10) { (self.elsewhere, self.limit) = (elsewhere, limit) }

  /// For the bytes of a file.
  public static let content = RedirectPolicy(elsewhere: .follow)
  /// For the metadata of a file, `HEAD /resolve`.
  public static let metadata = RedirectPolicy(elsewhere: .stop)
  /// For the hub's interface.
  public static let interface = RedirectPolicy(elsewhere: .refuse)

  /// The statuses that name another place.
  public static let statuses: Set<Int> = [301, 302, 303, 307, 308]

  /// What to do with an answer.
  public enum Decision: Sendable, Hashable {
    /// It is the answer.
    case deliver
    /// Ask there, with or without the token. The method stays as it is.
    case follow(URL, keepsToken: Bool)
    /// It is an error.
    case refuse(HubError.Problem)
  }

  /// Where a request has been so far.
  public struct Journey: Sendable, Hashable {
    /// The URLs asked, the first one first.
    public private(set) var urls: [URL]
    /// Whether the token may still be sent: every URL so far has one origin.
    public private(set) var keepsToken = true

    /// A journey that begins at `url`.
    public init(_ url: URL) { urls = [url] }

    /// Where it has come to.
    public var current: URL { urls[urls.count - 1] }

    /// The journey with one more hop. A token that was once left behind stays behind, even when a store elsewhere sends
    /// us back to the hub: it would choose what is asked there in our name.
    mutating func hop(to url: URL, keepsToken: Bool) {
      urls.append(url)
      self.keepsToken = self.keepsToken && keepsToken
    }
  }

  /// Decides about an answer of `status` with this `Location` to the last request of `journey`.
  public func decide(_ status: Int, location: String?, method: HTTPMethod, journey: Journey) -> Decision {
    guard Self.statuses.contains(status) else { return .deliver }
    guard let location, !location.isEmpty else { return Self.refuse("a redirect without a place to go") }
    guard let target = Self.resolve(location, against: journey.current), let there = Origin(target) else {
      return Self.refuse("a redirect to '\(Self.shown(location))', which is no http or https URL")
    }
    guard let here = Origin(journey.current) else { return Self.refuse("a redirect from nowhere") }
    if here != there && elsewhere == .stop { return .deliver }
    if here.isDowngrade(to: there) { return Self.refuse("a redirect from https to \(target.redacted)") }
    if here != there && elsewhere == .refuse { return Self.refuse("a redirect to another host, \(target.redacted)") }
    // A changed method would lose the body, and another origin is not meant to see it.
    let keepsMethod = status == 307 || status == 308
    guard method == .get || method == .head || (keepsMethod && here == there) else {
      return Self.refuse("a redirect of a \(method.rawValue) to \(target.redacted)")
    }
    if journey.urls.contains(target) { return Self.refuse("a redirect in a circle, to \(target.redacted)") }
    if journey.urls.count > limit { return Self.refuse("more than \(limit) redirects") }
    return .follow(target, keepsToken: here == there)
  }

  /// The absolute URL of `location`, without user, password and fragment; `nil` if it has no host.
  private static func resolve(_ location: String, against base: URL) -> URL? {
    guard let url = URL(string: location, relativeTo: base)?.absoluteURL else { return nil }
    guard var parts = URLComponents(url: url, resolvingAgainstBaseURL: true) else { return nil }
    (parts.user, parts.password, parts.fragment) = (nil, nil, nil)
    return parts.url
  }

  private static func refuse(_ reason: String) -> Decision { .refuse(.protocolViolation(reason)) }

  /// `location` for a message: without a query, where signatures are, and without what may be a password.
  private static func shown(_ location: String) -> String {
    let path = location.prefix { $0 != "?" && $0 != "#" }
    return String((path.split(separator: "@").last ?? "").prefix(200))
  }
}
