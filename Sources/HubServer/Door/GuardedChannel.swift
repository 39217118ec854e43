import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOSSL

/// A connection of HTTP/1.1, inside TLS where the hub has a certificate, of an address that has not too many already.
///
/// Hummingbird's own wrapper for TLS keeps one certificate for the life of the server; this one asks for it at each
/// connection.
struct GuardedChannel: ServerChildChannel {
  let base: HTTP1Channel
  let certificate: Certificate?
  let counter: ConnectionCounter

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
    let address = Door.name(of: channel.remoteAddress)
    guard counter.enter(address) else {
      channel.close(promise: nil)
      return channel.eventLoop.makeFailedFuture(ChannelError.ioOnClosedChannel)
    }
    channel.closeFuture.whenComplete { [counter] _ in counter.leave(address) }
    return channel.eventLoop.makeCompletedFuture {
      guard let certificate else { return }
      try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: certificate.context()))
    }.flatMap {
      base.setup(channel: channel, logger: logger)
    }.flatMapThrowing { value in
      let pipeline = channel.pipeline.syncOperations
      let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
      try pipeline.addHandler(HeadCheck(), position: .after(decoder))
      return value
    }
  }

  func handle(value: HTTP1Channel.Value, logger: Logger) async { await base.handle(value: value, logger: logger) }
}
