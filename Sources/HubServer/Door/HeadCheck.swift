import NIOCore
import NIOHTTP1

/// Refuses what the parser lets through and a proxy before the hub may understand otherwise.
///
/// A request of HTTP/1.1 has exactly one `Host` (RFC 9112, section 3.2), and one of HTTP/1.0 no chunks (section 6.1). The
/// connection ends with the refusal: nobody can say where the next request begins.
final class HeadCheck: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart

  private var isBroken = false

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isBroken else { return }
    if case .head(let head) = unwrapInboundIn(data), !Self.isSound(head) {
      isBroken = true
      return context.fireErrorCaught(HTTPParserError.invalidHeaderToken)
    }
    context.fireChannelRead(data)
  }

  private static func isSound(_ head: HTTPRequestHead) -> Bool {
    let hosts = head.headers["host"].count
    guard head.version == .http1_0 else { return hosts == 1 }
    return hosts <= 1 && !head.headers.contains(name: "transfer-encoding")
  }
}
