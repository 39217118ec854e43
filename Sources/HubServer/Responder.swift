import Foundation
import HTTPTypes
import HubGit
import HubModel
import Hummingbird
import Logging
import NIOCore

/// What a request came in on.
struct ConnectionContext: InitializableFromSource {
  let channel: any Channel

  init(source: ApplicationRequestContextSource) { channel = source.channel }
}

/// The thin shell between the network and ``HubService``: takes requests apart, turns failures into refusals, logs.
struct Responder: HTTPResponder {
  typealias Context = ConnectionContext

  let service: HubService
  let configuration: HubServer.Configuration
  let door: Door

  init(service: HubService, configuration: HubServer.Configuration) {
    (self.service, self.configuration, door) = (service, configuration, Door(configuration.limits))
  }

  /// The response to `request`.
  ///
  /// - Throws: Only what happened to the connection, which ends with it.
  func respond(to request: Request, context: ConnectionContext) async throws -> Response {
    let (id, start) = (UUID().uuidString.lowercased(), ContinuousClock.now)
    var caller: Account?
    var reply: Reply
    var (place, fields): (Door.Place?, HTTPFields) = (nil, [:])
    let body = BodyReader(request, context.channel, seconds: configuration.limits.stallSeconds)
    do {
      // Whoever watches over the server is told the truth when it is busy, too.
      if request.head.path != "/health" {
        place = try door.enter()
        (caller, fields) = try door.caller(of: request, from: context.channel.remoteAddress, service.accounts)
      }
      let parsed = try parse(request, caller, Door.name(of: context.channel.remoteAddress))
      reply = try await service.reply(to: parsed, body)
    } catch let failure as ConnectionFailure {
      throw failure.cause
    } catch {
      reply = refusal(error, id)
    }
    reply.headers[.requestID] = id
    for field in fields { reply.headers[field.name] = field.value }
    if body.isPending {
      reply.headers[.connection] = "close"
      body.endSoon()
    }
    log(request, reply, caller, id, since: start)
    return response(reply, isHead: request.method == .head, context, place)
  }

  private func parse(_ request: Request, _ caller: Account?, _ address: String) throws(Refusal) -> HubRequest {
    let target = request.head.path ?? "/"
    guard target.utf8.count <= configuration.limits.target else {
      throw Refusal(.uriTooLong, "The address is longer than \(configuration.limits.target) bytes")
    }
    let parts = target.utf8.split(separator: UInt8(ascii: "?"), maxSplits: 1, omittingEmptySubsequences: false)
    let query = parts.count == 2 ? String(Substring(parts[1])) : nil
    return HubRequest(
      method: request.method, path: String(Substring(parts[0])), queryText: query, query: Query(query ?? ""),
      headers: request.headers, caller: caller, address: address, endpoint: endpoint(request))
  }

  /// The hub's address as the client sees it: as configured, or else by the name that the client used.
  private func endpoint(_ request: Request) -> String {
    if let url = configuration.publicEndpoint { return url.absoluteString.trimmingSlashes }
    let host = request.head.authority ?? ""
    let isName = !host.isEmpty && host.utf8.allSatisfy { "-.:[]_".utf8.contains($0) || $0.isAlphanumeric }
    return (configuration.tls == nil ? "http://" : "https://") + (isName ? host : configuration.host)
  }

  private func refusal(_ error: any Error, _ id: String) -> Reply {
    if let refusal = error as? Refusal { return Reply(refusal) }
    let failure = error as? HubError ?? HubError(.repository(reason: "\(error)"))
    let refusal = Refusal(failure)
    if refusal.status.kind == .serverError {
      configuration.logger.error("a request failed", metadata: ["request": "\(id)", "error": "\(failure.explanation)"])
    }
    return Reply(refusal)
  }

  /// One line for each request. Neither the query nor a header field is in it: secrets travel there.
  private func log(
    _ request: Request, _ reply: Reply, _ caller: Account?, _ id: String, since start: ContinuousClock.Instant
  ) {
    let path = (request.head.path ?? "/").split(separator: "?", omittingEmptySubsequences: false)[0]
    configuration.logger.info(
      "\(request.method) \(printable(String(path), limit: 300)) \(reply.status.code)",
      metadata: [
        "request": "\(id)", "caller": "\(caller.map { "\($0.user)/\($0.token)" } ?? "-")",
        "bytes": "\(reply.length.map(String.init) ?? "-")",
        "ms": "\((ContinuousClock.now - start) / .milliseconds(1))",
      ])
  }

  private func response(_ reply: Reply, isHead: Bool, _ context: ConnectionContext, _ place: Door.Place?) -> Response {
    let stall = configuration.limits.stallSeconds
    var headers = reply.headers
    // A HEAD without the true length makes clients store an empty file for good.
    headers[.contentLength] = reply.length.map(String.init)
    let body: ResponseBody
    switch reply.body {
    case .bytes(let bytes) where !isHead: body = ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
    case .file(let file, let range) where !isHead:
      body = ResponseBody(contentLength: range.count) { writer in
        var stream = StreamWriter(writer, context.channel, stall: stall)
        try await Self.send(file, range, to: &stream)
        withExtendedLifetime(place) {}
      }
    case .stream(let make) where !isHead:
      body = ResponseBody { writer in
        var stream = StreamWriter(writer, context.channel, stall: stall)
        try await make(&stream)
        try await stream.finish()
        withExtendedLifetime(place) {}
      }
    default: body = ResponseBody()
    }
    return Response(status: reply.status, headers: headers, body: body)
  }

  /// Sends a part of a file, one piece in memory at a time.
  @concurrent private static func send(
    _ file: ServedFile, _ range: Range<Int64>, to stream: inout StreamWriter
  ) async throws {
    var offset = range.lowerBound
    while offset < range.upperBound {
      let piece = offset..<min(offset + pieceSize, range.upperBound)
      try await stream.write(try await GitThreads.run { () throws(HubError) in try read(piece, of: file) })
      offset = piece.upperBound
    }
    try await stream.finish()
  }

  /// Larger pieces are hardly faster, and every thread that handles one keeps its memory.
  private static var pieceSize: Int64 { 256 << 10 }

  private static func read(_ range: Range<Int64>, of file: ServedFile) throws(HubError) -> ByteBuffer {
    var buffer = ByteBufferAllocator().buffer(capacity: range.count)
    var failure: HubError?
    buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: range.count) { bytes in
      do throws(HubError) {
        try file.read(into: UnsafeMutableRawBufferPointer(rebasing: bytes[..<range.count]), at: range.lowerBound)
        return range.count
      } catch {
        failure = error
        return 0
      }
    }
    if let failure { throw failure }
    return buffer
  }
}

extension String {
  fileprivate var trimmingSlashes: String {
    var text = self
    while text.utf8.last == UInt8(ascii: "/") { text.removeLast() }
    return text
  }
}

extension UInt8 {
  fileprivate var isAlphanumeric: Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self)
      || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20)
  }
}
