public import Foundation
public import HubModel

/// A proxy and the credentials for it; printing shows no credentials.
public struct Proxy: Sendable, Hashable {
  /// The kinds of proxy that libcurl speaks to.
  public static let schemes = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"]

  /// `SCHEME://HOST:PORT`, without credentials.
  public let address: String
  /// The user, if the proxy asks for one.
  let user: String?
  /// The password, if the proxy asks for one.
  let password: String?

  /// Reads `PROXY`, `PROXY:PORT` or `SCHEME://USER:PASSWORD@PROXY:PORT`; without a scheme it is `http`.
  ///
  /// - Throws: `invalidArgument` for another scheme, or for text that is no address; the text is not repeated, since it
  ///   may hold a password.
  public init(_ text: String) throws(HubError) {
    let url = text.hasBytes("://") ? text : "http://" + text
    guard let parts = URLComponents(string: url), let host = parts.host, !host.isEmpty else {
      throw Self.refuse("it is not SCHEME://HOST:PORT")
    }
    let scheme = (parts.scheme ?? "").lowercased()
    guard Self.schemes.contains(scheme) else {
      throw Self.refuse("its scheme is none of \(Self.schemes.joined(separator: ", "))")
    }
    address = "\(scheme)://\(host)" + (parts.port.map { ":\($0)" } ?? "")
    (user, password) = (parts.user, parts.password)
  }

  private static func refuse(_ reason: String) -> HubError {
    HubError(.invalidArgument(name: "proxy", value: nil, reason: reason))
  }
}

extension Proxy: CustomStringConvertible, CustomReflectable {
  /// The address, and whether there are credentials.
  public var description: String { user == nil ? address : "\(address) (with credentials)" }
  /// The address alone.
  public var customMirror: Mirror { Mirror(self, children: ["address": address]) }
}

/// Which proxy, if any, a URL is fetched through.
///
/// The rules are those of Python's `requests`, whose `proxies` parameter the Python call has. Entries given for a call
/// come first; the environment (`HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY`, in lower case before upper case) fills in the
/// keys that the call left open, unless `NO_PROXY` names the host. Of the result the most specific key counts:
/// `scheme://host`, `scheme`, `all://host`, `all`. An empty proxy means a direct connection.
///
/// One rule differs, on the safe side: an entry of `NO_PROXY` matches whole labels of a name, so that `example.com`
/// does not exempt `notexample.com`.
public struct ProxySelection: Sendable, Hashable {
  private let environment: [String: String]
  private let exceptions: [String]

  /// No proxy but those given for a call.
  public static let none = ProxySelection(environment: [:])

  /// Reads the variables of the process.
  ///
  /// In a CGI program (`REQUEST_METHOD` is set) `HTTP_PROXY` is what a client put into its `Proxy` header, and is
  /// ignored.
  public init(environment: [String: String]) {
    func value(_ name: String) -> String? { environment[name] ?? environment[name.uppercased()] }
    var proxies: [String: String] = [:]
    for scheme in ["http", "https", "all"] { proxies[scheme] = value(scheme + "_proxy") }
    if environment["REQUEST_METHOD"] != nil { proxies["http"] = environment["http_proxy"] }
    self.environment = proxies.filter { !$0.value.isEmpty }
    exceptions = Self.list(value("no_proxy") ?? "")
  }

  /// The proxy for `url`.
  ///
  /// - Parameters:
  ///   - url: The URL to fetch.
  ///   - call: The entries given for this call; the key `no_proxy` replaces the variable `NO_PROXY`.
  /// - Throws: As ``Proxy/init(_:)``.
  public func proxy(for url: URL, call: [String: String] = [:]) throws(HubError) -> Proxy? {
    guard let origin = Origin(url) else { return nil }
    let exceptions = call["no_proxy"].map(Self.list) ?? self.exceptions
    let isExempt = exceptions.contains { Self.matches($0, origin) }
    let proxies = isExempt ? call : environment.merging(call) { $1 }
    let keys = ["\(origin.scheme)://\(origin.host)", origin.scheme, "all://\(origin.host)", "all"]
    guard let text = keys.lazy.compactMap({ proxies[$0] }).first, !text.isEmpty else { return nil }
    return try Proxy(text)
  }

  private static func list(_ text: String) -> [String] {
    text.split(whereSeparator: { $0 == "," || $0 == " " }).map { $0.lowercased() }
  }

  /// Whether `pattern` names the host: `*`, a name or its end, an address, a range of IPv4 addresses, each with an
  /// optional port.
  private static func matches(_ pattern: String, _ origin: Origin) -> Bool {
    if pattern == "*" { return true }
    let host = origin.host.trimmingBrackets
    if let network = IPv4Network(pattern), let address = IPv4Network.address(host) { return network.contains(address) }
    var name = Substring(pattern)
    if name.hasSuffix(":\(origin.port)") { name = name.dropLast(":\(origin.port)".count) }
    let end = String(name.drop { $0 == "." }).trimmingBrackets
    return !end.isEmpty && (host == end || host.endsWithBytes("." + end))
  }
}

extension String {
  /// An IPv6 address without the brackets that it has in a URL.
  fileprivate var trimmingBrackets: String { hasPrefix("[") && hasSuffix("]") ? String(dropFirst().dropLast()) : self }
}

/// A range of IPv4 addresses, `10.0.0.0/8`.
private struct IPv4Network {
  let base: UInt32
  let mask: UInt32

  init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let bits = UInt32(parts[1]), bits <= 32, let address = Self.address(String(parts[0]))
    else { return nil }
    mask = bits == 0 ? 0 : .max << (32 - bits)
    base = address & mask
  }

  func contains(_ address: UInt32) -> Bool { address & mask == base }

  static func address(_ text: String) -> UInt32? {
    let bytes = text.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
    guard bytes.count == 4 else { return nil }
    return bytes.reduce(UInt32?.some(0)) { result, byte in
      byte.flatMap { byte in result.map { $0 << 8 | UInt32(byte) } }
    }
  }
}
