import Foundation
import HTTPTypes
import HubModel
import Hummingbird
import NIOCore
import Synchronization

/// Who is let in, and how many at once and in a while: what is decided of a request before anything is done for it.
///
/// Two limits have an answer of their own. 429 says when to come again in the fields that clients obey: Python waits as
/// `RateLimit: "api";r=0;t=SECONDS` says, others as the integer in `Retry-After` does (protocol reference, section 2.5).
/// 503 with `Retry-After` says that the server is busy with others.
final class Door: Sendable {
  /// A place in the server, given back when the last owner lets it go: with the last byte of the answer.
  final class Place: Sendable {
    private let door: Door

    fileprivate init(_ door: Door) { self.door = door }

    deinit { _ = door.inside.subtract(1, ordering: .relaxed) }
  }

  private let limits: HubServer.Limits
  private let requests: RequestCounter
  private let failures: RequestCounter
  private let inside = Atomic<Int>(0)

  init(_ limits: HubServer.Limits) {
    self.limits = limits
    requests = RequestCounter(seconds: limits.rateSeconds)
    failures = RequestCounter(seconds: limits.rateSeconds)
  }

  /// A place for one request.
  ///
  /// - Throws: 503 if all are taken.
  func enter() throws(Refusal) -> Place {
    let count = inside.add(1, ordering: .relaxed).newValue
    // Gives the count back on the way out, too.
    let place = Place(self)
    guard count <= limits.requests else {
      throw Refusal(.serviceUnavailable, "The server is busy; try again", headers: [.retryAfter: "1"])
    }
    return place
  }

  /// Whose token a request carries, and what the answer says of the caller's rate.
  ///
  /// Whoever sends wrong tokens is not listened to for a while: neither right nor wrong ones are tried any more.
  ///
  /// - Throws: ``Refusal/badToken``; 429 beyond the rate.
  func caller(
    of request: Request, from address: SocketAddress?, _ accounts: Accounts?
  ) throws(Refusal) -> (account: Account?, headers: HTTPFields) {
    let place = "address " + Self.name(of: address)
    let authorization = request.headers[.authorization]
    if authorization != nil, accounts != nil {
      let (count, rest) = failures.count(place, adding: 0)
      if count >= limits.wrongTokens { throw .tooMany(limits.wrongTokens, limits.rateSeconds, rest) }
    }
    let account: Account?
    do throws(Refusal) {
      account = try accounts?.caller(authorization)
    } catch {
      if error.status == .unauthorized { _ = failures.count(place) }
      throw error
    }
    guard let rate = limits.rate else { return (account, [:]) }
    let (count, rest) = requests.count(account.map { "user " + $0.user } ?? place)
    guard count <= rate else { throw .tooMany(rate, limits.rateSeconds, rest) }
    return (account, Self.fields(remaining: rate - count, rest, rate, limits.rateSeconds))
  }

  /// The IPv4 address, or the network of an IPv6 address, of which everybody has 2^64.
  static func name(of address: SocketAddress?) -> String {
    switch address {
    case .v6(let address):
      let bytes = withUnsafeBytes(of: address.address.sin6_addr) { Array($0) }
      let isMapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
      return (isMapped ? bytes[12...] : bytes[..<8]).map { String($0, radix: 16) }.joined(separator: ":")
    default: return address?.ipAddress ?? "-"
    }
  }

  static func fields(remaining: Int, _ rest: Int64, _ rate: Int, _ seconds: Int64) -> HTTPFields {
    [
      .rateLimit: "\"api\";r=\(remaining);t=\(rest)",
      .rateLimitPolicy: "\"fixed window\";\"api\";q=\(rate);w=\(seconds)",
    ]
  }
}

extension Refusal {
  /// For those who ask for too much in a while.
  static func tooMany(_ rate: Int, _ seconds: Int64, _ rest: Int64) -> Refusal {
    var headers = Door.fields(remaining: 0, rest, rate, seconds)
    headers[.retryAfter] = "\(rest)"
    return Refusal(
      .tooManyRequests, "More than \(rate) requests in \(seconds) seconds; try again in \(rest) seconds",
      headers: headers)
  }
}

extension HTTPField.Name {
  // As the others: fixed ASCII text.
  static let rateLimit = Self("RateLimit")!
  static let rateLimitPolicy = Self("RateLimit-Policy")!
  static let retryAfter = Self("Retry-After")!
}
