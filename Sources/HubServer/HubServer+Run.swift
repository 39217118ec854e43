import Foundation
import HubGit
public import HubModel
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import ServiceLifecycle

/// A self-hosted hub; see the module's essay.
public struct HubServer: Sendable {
  private let configuration: Configuration
  private let responder: Responder
  private let certificate: Certificate?

  /// A hub that does not listen yet.
  ///
  /// - Throws: `configuration` if the token file, the accounts or the certificate cannot be used, or plain http would
  ///   leave this machine; `system` if the root directory cannot be made.
  public init(_ configuration: Configuration) throws(HubError) {
    let root = URL(filePath: configuration.root).standardizedFileURL.path
    try configuration.checkSecurity()
    try makeDirectories(root)
    let repositories = Repositories(root: root)
    repositories.clean()
    let spool = Spool(directory: root + "/spool")
    let service = HubService(
      repositories: repositories,
      accountSource: try AccountSource(root: root, tokenFile: configuration.tokenFile, logger: configuration.logger),
      spool: spool, limits: configuration.limits, signer: try URLSigner(root: root),
      engine: GitEngine(root: root, spool: spool, configuration))
    service.repositories.objects.sweep(olderThan: Self.abandoned)
    self.configuration = configuration
    certificate = try configuration.tls.map { files throws(HubError) in
      try Certificate(files, logger: configuration.logger)
    }
    responder = Responder(service: service, configuration: configuration)
  }

  /// Seconds after which nobody goes on with an upload.
  private static var abandoned: Int64 { 24 * 3600 }

  /// Serves until the task is cancelled, then finishes the transfers under way and returns.
  ///
  /// - Parameter onListening: Called once connections are accepted, with the port.
  /// - Throws: `system` if the address cannot be listened on.
  public func run(onListening: @escaping @Sendable (_ port: Int) async -> Void = { _ in }) async throws(HubError) {
    let connections = FileDescriptors.connections(atMost: configuration.limits.connections)
    if connections < configuration.limits.connections {
      configuration.logger.notice("file descriptors allow \(connections) connections at once")
    }
    let cleaning = Task { [locks = AbandonedLocks(responder.service.repositories), logger = configuration.logger] in
      for path in await locks.remove() {
        logger.notice("removed a lock that an earlier process left behind", metadata: ["path": "\(path)"])
      }
    }
    defer { cleaning.cancel() }
    let application = Application(
      responder: responder, server: channels,
      configuration: ApplicationConfiguration(
        address: .hostname(configuration.host, port: configuration.port), serverName: "diffusion-hub",
        availableConnectionsDelegate: MaximumAvailableConnections(connections)),
      onServerRunning: { channel in
        if let port = channel.localAddress?.port { await onListening(port) }
      },
      logger: quiet)
    let group = ServiceGroup(configuration: groupConfiguration(application))
    do {
      try await Self.run(group)
    } catch let error as IOError {
      throw HubError(
        .system(call: "bind", path: "\(configuration.host):\(configuration.port)", errno: error.errnoCode), cause: error
      )
    } catch {
      throw HubError(.network("the server ended: \(error)"), cause: error)
    }
  }

  /// Runs `group` in a task of its own: cancelling the caller's asks it to stop, where cancelling the group's would
  /// break off what it is doing.
  private static func run(_ group: ServiceGroup) async throws {
    let running = Task { try await group.run() }
    try await withTaskCancellationHandler {
      try await running.value
    } onCancel: {
      Task { await group.triggerGracefulShutdown() }
    }
  }

  private var channels: HTTPServerBuilder {
    let (certificate, configuration) = (certificate, channelConfiguration)
    let counter = ConnectionCounter(limit: self.configuration.connectionsPerAddress)
    return HTTPServerBuilder { responder in
      GuardedChannel(
        base: HTTP1Channel(responder: responder, configuration: configuration), certificate: certificate,
        counter: counter)
    }
  }

  private var channelConfiguration: HTTP1Channel.Configuration {
    let limits = configuration.limits
    return HTTP1Channel.Configuration(
      idleTimeout: .seconds(limits.idleSeconds),
      httpDecoderConfiguration: HTTP1Channel.Configuration.DecoderConfiguration(
        maxHeaderFieldSize: limits.headers, maxHeaderListSize: limits.headers, maxHeaderFieldCount: 100))
  }

  private func groupConfiguration(_ application: some Service) -> ServiceGroupConfiguration {
    var group = ServiceGroupConfiguration(services: [application], logger: quiet)
    group.maximumGracefulShutdownDuration = .seconds(configuration.limits.stopSeconds)
    return group
  }

  /// What the libraries below have to say of themselves, from warnings up.
  private var quiet: Logger {
    var logger = configuration.logger
    logger.logLevel = max(logger.logLevel, .warning)
    return logger
  }
}
