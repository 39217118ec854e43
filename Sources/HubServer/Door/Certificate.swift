import Foundation
import HubModel
import Logging
import NIOSSL
import Synchronization

/// The certificate and the key that the server shows, read again whenever one of the files has changed.
///
/// A renewed certificate counts for the next connection, without a signal. Until both files fit together the old pair
/// goes on.
final class Certificate: Sendable {
  private struct State {
    var context: NIOSSLContext
    var versions: [FileVersion?]
  }

  private let files: HubServer.TLSFiles
  private let logger: Logger
  private let state: Mutex<State>

  /// Reads both files.
  ///
  /// - Throws: `configuration` if one cannot be used, or they do not fit together.
  init(_ files: HubServer.TLSFiles, logger: Logger) throws(HubError) {
    (self.files, self.logger) = (files, logger)
    let versions = Self.versions(files)
    do {
      state = Mutex(State(context: try Self.load(files), versions: versions))
    } catch {
      throw HubError(
        .configuration(
          source: files.certificate,
          reason: "it and the key \(files.key) are no pair of PEM files that fit: \(printable("\(error)", limit: 200))"),
        cause: error)
    }
    var status = stat()
    if stat(files.key, &status) == 0, status.st_mode & 0o007 != 0 {
      logger.warning("others can read the key", metadata: ["path": "\(files.key)"])
    }
  }

  /// What a new connection is secured with.
  func context() -> NIOSSLContext {
    state.withLock { state in
      let versions = Self.versions(files)
      if versions != state.versions {
        state.versions = versions
        do {
          state.context = try Self.load(files)
          logger.notice("the certificate was read again", metadata: ["path": "\(files.certificate)"])
        } catch {
          logger.error("the certificate stays as it was", metadata: ["reason": "\(error)"])
        }
      }
      return state.context
    }
  }

  private static func versions(_ files: HubServer.TLSFiles) -> [FileVersion?] {
    [FileVersion(path: files.certificate), FileVersion(path: files.key)]
  }

  private static func load(_ files: HubServer.TLSFiles) throws -> NIOSSLContext {
    let chain = try NIOSSLCertificate.fromPEMFile(files.certificate).map { NIOSSLCertificateSource.certificate($0) }
    let key = try NIOSSLPrivateKey(file: files.key, format: .pem)
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: chain, privateKey: .privateKey(key))
    configuration.minimumTLSVersion = .tlsv12
    configuration.applicationProtocols = ["http/1.1"]
    return try NIOSSLContext(configuration: configuration)
  }
}
