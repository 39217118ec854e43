import HummingbirdCore
import Logging
import NIOCore
import NIOSSL

/// A connection of HTTP/1.1 inside TLS.
///
/// Hummingbird's own wrapper keeps one certificate for the life of the server; this one asks for it at each connection.
struct SecureChannel: ServerChildChannel {
  let base: HTTP1Channel
  let certificate: Certificate

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
    channel.eventLoop.makeCompletedFuture {
      try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: certificate.context()))
    }.flatMap {
      base.setup(channel: channel, logger: logger)
    }
  }

  func handle(value: HTTP1Channel.Value, logger: Logger) async { await base.handle(value: value, logger: logger) }
}
