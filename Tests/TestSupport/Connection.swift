import Foundation
import Synchronization

/// One connection of a ``FaultServer``, served by one thread.
struct Connection {
  private static let pieceSize: Int64 = 256 << 10

  private let socket: Socket
  private let number: Int
  private let server: Shared

  init(_ socket: Socket, number: Int, server: Shared) {
    (self.socket, self.number, self.server) = (socket, number, server)
  }

  func serve() {
    var reader = RequestReader(socket)
    while let request = reader.next(connection: number, number: { server.state.withLock(\.requests.count) }) {
      for step in server.answer(to: request).steps(isHead: request.method == "HEAD") {
        guard perform(step) else { return }
      }
    }
  }

  /// Carries out a step; `false` ends the connection.
  private func perform(_ step: WireAnswer.Step) -> Bool {
    switch step {
    case .bytes(let bytes): return socket.write(bytes)
    case .content(let content, let range): return send(content, range)
    case .drip(let bytes, let rate):
      return bytes.allSatisfy { byte in
        Thread.sleep(forTimeInterval: 1 / rate)
        return socket.write([byte])
      }
    case .pause(let seconds):
      Thread.sleep(forTimeInterval: seconds)
      return true
    case .silence: return !socket.waitForInput(seconds: 3600)
    case .endless:
      let piece = [UInt8](repeating: 0, count: Int(Self.pieceSize))
      while socket.write(piece) {}
      return false
    case .end(let reset):
      if reset { socket.resetOnClose() } else { socket.shutDown() }
      return false
    }
  }

  private func send(_ content: Answer.Content, _ range: Range<Int64>) -> Bool {
    let size = server.bytesPerSecond.map { max(1, Int64($0) / 50) } ?? Self.pieceSize
    var offset = range.lowerBound
    while offset < range.upperBound {
      let end = min(offset + size, range.upperBound)
      guard socket.write(content.bytes(offset..<end)) else { return false }
      server.state.withLock { $0.bytesSent += end - offset }
      offset = end
      if server.bytesPerSecond != nil { Thread.sleep(forTimeInterval: 0.02) }
    }
    return true
  }
}
