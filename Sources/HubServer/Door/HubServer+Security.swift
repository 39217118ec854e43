import Foundation
import HubModel

extension HubServer {
  /// The files of the server's certificate, in PEM.
  public struct TLSFiles: Sendable, Hashable {
    /// The certificate, followed by those that lead to a root.
    public var certificate: String
    /// Its private key.
    public var key: String

    /// A pair of files.
    public init(certificate: String, key: String) { (self.certificate, self.key) = (certificate, key) }
  }
}

extension HubServer.Configuration {
  /// Refuses to send tokens over a network in the clear, unless somebody has said that this is meant.
  ///
  /// - Throws: `configuration`, with the ways out.
  func checkSecurity() throws(HubError) {
    guard tls == nil, !allowsInsecureHTTP, !isLoopback else { return }
    throw HubError(
      .configuration(
        source: "--host \(host)",
        reason: "tokens would cross the network in the clear; pass --certificate and --key for TLS, keep to 127.0.0.1 "
          + "behind a proxy that has them, or pass --insecure-http if the network is to be trusted"))
  }

  /// The most connections of one address; `nil` for any number.
  ///
  /// Where nobody but this machine connects, or a proxy stands before the hub, all have one address.
  var connectionsPerAddress: Int? {
    limits.connectionsPerAddress ?? (isLoopback || publicEndpoint != nil ? nil : max(1, limits.connections / 8))
  }

  /// Whether nobody but this machine can connect.
  var isLoopback: Bool {
    if host == "localhost" || host == "::1" { return true }
    var address = in_addr()
    return inet_pton(AF_INET, host, &address) == 1 && UInt32(bigEndian: address.s_addr) >> 24 == 127
  }
}
