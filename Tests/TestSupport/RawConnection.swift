import Foundation

/// A connection to a server on this machine over which a test sends bytes of its own, however malformed.
///
/// What waits for the server does so on a thread of its own: a server in this process needs Swift's few threads.
public final class RawConnection: Sendable {
  private let socket: Socket

  /// Connects to 127.0.0.1.
  ///
  /// - Parameter patience: Seconds after which a read gives up.
  public init(port: Int, patience: Int = 20) throws {
    #if os(macOS)
      let descriptor = Foundation.socket(AF_INET, SOCK_STREAM, 0)
    #else
      let descriptor = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    #endif
    socket = Socket(owning: descriptor)
    var limit = timeval(tv_sec: patience, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(port).bigEndian)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let result = withUnsafeBytes(of: &address) { bytes in
      // The bytes of a variable have an address; C's interface takes every form of address as a sockaddr.
      connect(descriptor, bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
    }
    guard result == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
  }

  /// Sends `text`; `false` once the server has gone.
  @discardableResult
  public func send(_ text: String) -> Bool { socket.write(Array(text.utf8)) }

  /// Says that nothing more will come.
  public func finishSending() { shutdown(socket.descriptor, Int32(SHUT_WR)) }

  /// Everything that the server sends until it closes, as bytes.
  public func rest() async -> [UInt8] { await read(atLeast: .max) }

  /// What the server sends until `count` bytes or the end have come.
  public func read(atLeast count: Int) async -> [UInt8] {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread { [socket] in
        var bytes: [UInt8] = []
        while bytes.count < count, let more = socket.read() { bytes += more }
        continuation.resume(returning: bytes)
      }
    }
  }

  /// Sends one request with `Connection: close` and answers all that comes back, as text.
  public static func exchange(port: Int, _ request: String) async throws -> String {
    let connection = try RawConnection(port: port)
    connection.send(request)
    return String(decoding: await connection.rest(), as: UTF8.self)
  }
}
