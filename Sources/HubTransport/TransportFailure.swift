internal import CCurl
import HubModel

/// What libcurl or the transport itself found wrong with a transfer: the ``HubError/cause`` of the errors that the
/// transport throws, except for those of the caller's own making.
public struct TransportFailure: Error, Hashable, CustomStringConvertible {
  /// The kind, which decides whether another try makes sense.
  public let kind: Kind
  /// libcurl's code, see libcurl-errors(3), or 0 for what the transport itself noticed.
  public let code: Int
  /// A sentence without its full stop, libcurl's or ours.
  public let message: String

  /// Kinds of failure.
  public enum Kind: Sendable, Hashable, CaseIterable {
    /// No connection came about; the request was not sent.
    case unreachable
    /// The proxy could not be reached, or refused; the request was not sent. No cached copy should hide this.
    case proxy
    /// The connection broke; the request may have been processed.
    case broken
    /// Too slow; the request may have been processed.
    case timeout
    /// What arrived is not HTTP.
    case malformed
    /// The other side could not prove who it is, or did not accept our certificate.
    case tls
    /// A certificate file of ours cannot be used.
    case configuration
    /// Something else, on our side.
    case local
  }

  /// The words and the code.
  public var description: String { code == 0 ? message : "\(message) (libcurl \(code))" }

  init(_ kind: Kind, _ message: String, code: Int = 0) {
    (self.kind, self.code, self.message) = (kind, code, message)
  }

  /// The failure that `code` stands for.
  ///
  /// - Parameters:
  ///   - detail: What libcurl wrote about this very transfer.
  ///   - proxy: The proxy in use, which then is what could not be reached.
  init(_ code: CURLcode, detail: String = "", proxy: Proxy? = nil) {
    let words =
      switch code {
      // libcurl has no other word for a header line of more than 100 KiB.
      case CURLE_OUT_OF_MEMORY: "a header line is longer than 100 KiB"
      case _ where detail.isEmpty: String(cString: curl_easy_strerror(code))
      default: detail
      }
    switch (Self.kind(of: code, words), proxy) {
    case (.unreachable, let proxy?), (.proxy, let proxy?):
      self.init(.proxy, "by the proxy \(proxy.address): \(words)", code: Int(code.rawValue))
    case (let kind, _): self.init(kind, words, code: Int(code.rawValue))
    }
  }

  /// The kind of `code`, where need be by libcurl's words: a handshake that was cut off is a broken connection; TLS 1.3
  /// refuses a client's certificate only in the first answer; broken chunks and a proxy's refusal are no broken
  /// connection.
  private static func kind(of code: CURLcode, _ words: String) -> Kind {
    switch code {
    case CURLE_SSL_CONNECT_ERROR: words.hasBytes("SYSCALL") || words.hasBytes("reset by peer") ? .broken : .tls
    case CURLE_RECV_ERROR where words.hasBytes(" alert "): .tls
    case CURLE_RECV_ERROR where words.hasBytes("CONNECT"): .proxy
    case CURLE_RECV_ERROR: words.hasBytes("chunked-encoding") ? .malformed : .broken
    default: kind(of: code)
    }
  }

  /// The error for a caller.
  var error: HubError {
    let problem: HubError.Problem =
      switch kind {
      case .unreachable, .proxy, .broken, .local: .network(message)
      case .timeout: .timeout(message)
      case .malformed: .protocolViolation(message)
      case .tls: .network("TLS: \(message)")
      case .configuration: .configuration(source: "TLS certificates", reason: message)
      }
    return HubError(problem, cause: self)
  }

  /// The one table of libcurl's codes.
  private static func kind(of code: CURLcode) -> Kind {
    switch code {
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT, CURLE_INTERFACE_FAILED: .unreachable
    case CURLE_COULDNT_RESOLVE_PROXY, CURLE_PROXY: .proxy
    case CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_PARTIAL_FILE, CURLE_HTTP2, CURLE_HTTP2_STREAM, CURLE_AGAIN,
      CURLE_SSL_SHUTDOWN_FAILED:
      .broken
    case CURLE_OPERATION_TIMEDOUT: .timeout
    case CURLE_OUT_OF_MEMORY, CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_CONTENT_ENCODING,
      CURLE_FILESIZE_EXCEEDED, CURLE_RANGE_ERROR:
      .malformed
    case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_ISSUER_ERROR,
      CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_CIPHER, CURLE_SSL_CLIENTCERT, CURLE_USE_SSL_FAILED:
      .tls
    case CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CRL_BADFILE: .configuration
    default: .local
    }
  }
}
