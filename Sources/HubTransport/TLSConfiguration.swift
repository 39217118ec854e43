import Foundation

/// Whom to trust, and who we are, in TLS.
public struct TLSConfiguration: Sendable, Hashable {
  /// A file with the certificates of the authorities that are trusted, in place of the system's.
  public var authorityFile: String?
  /// A directory of such certificates, named by hash as `c_rehash` does.
  public var authorityDirectory: String?
  /// Our own certificate, for servers that ask for one.
  public var clientCertificate: ClientCertificate?

  /// A certificate with its private key, both PEM files.
  public struct ClientCertificate: Sendable, Hashable, CustomReflectable {
    /// The certificate, with its chain.
    public var path: String
    /// The private key, if it is not in the same file.
    public var keyPath: String?
    /// The password of the key; never printed.
    public var keyPassword: String?

    /// A certificate and its key.
    public init(path: String, keyPath: String? = nil, keyPassword: String? = nil) {
      (self.path, self.keyPath, self.keyPassword) = (path, keyPath, keyPassword)
    }

    /// Everything but the password.
    public var customMirror: Mirror { Mirror(self, children: ["path": path]) }
  }

  /// The system's authorities, and no certificate of ours, unless they are given.
  public init(
    authorityFile: String? = nil, authorityDirectory: String? = nil, clientCertificate: ClientCertificate? = nil
  ) {
    (self.authorityFile, self.authorityDirectory) = (authorityFile, authorityDirectory)
    self.clientCertificate = clientCertificate
  }

  /// The authorities that the environment names, as users of Python's `requests` and `httpx` and of curl set them.
  ///
  /// The first of `REQUESTS_CA_BUNDLE`, `CURL_CA_BUNDLE` (each a file or a directory) and `SSL_CERT_FILE`,
  /// `SSL_CERT_DIR` counts. That a file exists is only checked when the first TLS connection needs it; then its absence
  /// is an error, and never a fall back to other authorities.
  ///
  /// - Parameters:
  ///   - environment: The variables of the process.
  ///   - isDirectory: Whether a path is a directory.
  public init(environment: [String: String], isDirectory: (String) -> Bool = Self.isDirectory) {
    func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    if let bundle = value("REQUESTS_CA_BUNDLE") ?? value("CURL_CA_BUNDLE") {
      if isDirectory(bundle) { authorityDirectory = bundle } else { authorityFile = bundle }
    } else {
      (authorityFile, authorityDirectory) = (value("SSL_CERT_FILE"), value("SSL_CERT_DIR"))
    }
  }

  /// Whether there is a directory at `path`.
  public static func isDirectory(_ path: String) -> Bool {
    var isDirectory: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory.boolValue
  }
}
