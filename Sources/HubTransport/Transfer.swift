internal import CCurl
import Foundation
import HubModel
import Synchronization

/// One request that was handed to the transport's thread, with where its answer goes.
struct TransferOrder: Sendable {
  typealias ID = UInt64
  typealias Answer = Result<HTTPResponse, HubError>

  let id: ID
  let request: HTTPRequest
  let destination: Destination
  let continuation: CheckedContinuation<Answer, Never>

  /// Where the body of a 200 or 206 goes.
  enum Destination: Sendable {
    /// Into the answer, up to a number of bytes.
    case memory(limit: Int)
    /// To a sink.
    case sink(any ByteSink)
  }

  private static let lastID = Mutex<ID>(0)

  /// A number that no other transfer of this process has.
  static func nextID() -> ID {
    lastID.withLock { id in
      id += 1
      return id
    }
  }
}

/// A request under way: what libcurl's callbacks read and write. It lives and dies on the transport's thread.
final class Transfer {
  let order: TransferOrder
  var easy: CurlEasy
  var watch: ProgressWatch
  var proxy: Proxy?
  private var reader: ResponseHeadReader
  private var upload: (any ByteReader)?
  private var body: [UInt8] = []
  private let resume: @Sendable () -> Void
  /// Why the transfer was stopped from within a callback.
  private var failure: HubError?
  /// Whether a connection has taken the request.
  private var wasSent = false
  /// Whether the rest of a refusal's body is not worth reading.
  private var hasEnough = false

  init(_ order: TransferOrder, resume: @escaping @Sendable () -> Void) throws(HubError) {
    (self.order, self.resume) = (order, resume)
    easy = try .make()
    watch = ProgressWatch(order.request.timeouts, start: .now)
    reader = ResponseHeadReader(order.request)
  }

  /// The outcome, once libcurl has finished with `code`.
  func answer(_ code: CURLcode) -> TransferOrder.Answer {
    if let failure { return .failure(failure) }
    guard code == CURLE_OK || hasEnough else {
      return .failure(TransportFailure(code, detail: easy.detail(), proxy: proxy).error)
    }
    guard let head = reader.head else {
      return .failure(TransportFailure(.malformed, "the answer has no head").error)
    }
    return .success(HTTPResponse(head: head, body: body))
  }

  // MARK: What libcurl calls

  /// A connection is ready for the request; `false` keeps it from going out.
  ///
  /// When a connection that was used before turns out to be closed, libcurl sends the request again on another one, as
  /// if the server had not seen it. It may have.
  func willSend() -> Bool {
    if wasSent, !order.request.isIdempotent {
      failure = TransportFailure(.broken, "the connection was closed before an answer").error
      return false
    }
    wasSent = true
    watch.sent(at: .now)
    return true
  }

  /// A line of the answer's head. Answers the number of bytes taken; any other number stops libcurl.
  func takeHeader(_ line: UnsafeRawBufferPointer) -> Int {
    stoppingOnError(0) { () throws(HubError) in
      guard let head = try reader.take(line) else { return line.count }
      watch.beganBody(at: .now)
      if reader.isAmbiguous { try easy.set(CURLOPT_FORBID_REUSE, true) }
      if head.isContent, case .sink(let sink) = order.destination { try sink.begin(head, resume: resume) }
      return line.count
    }
  }

  /// A part of the body.
  func takeBody(_ bytes: UnsafeRawBufferPointer) -> Int {
    stoppingOnError(0) { () throws(HubError) in
      watch.received(bytes.count, at: .now)
      let status = reader.head?.status ?? 0
      if status >= 300 { return collectRefusal(bytes) }
      switch order.destination {
      case .sink(let sink) where status == 200 || status == 206:
        guard try sink.write(bytes) == .full else { return bytes.count }
        watch.rested()
        return Int(CURL_WRITEFUNC_PAUSE)
      case .sink: return collectRefusal(bytes)
      case .memory(let limit):
        if body.count + bytes.count > limit { throw HubError(.limitExceeded("a body of more than \(limit) bytes")) }
        body.append(contentsOf: bytes)
        return bytes.count
      }
    }
  }

  private func collectRefusal(_ bytes: UnsafeRawBufferPointer) -> Int {
    body.append(contentsOf: bytes.prefix(HTTPResponse.errorBodyLimit - body.count))
    hasEnough = body.count == HTTPResponse.errorBodyLimit
    return hasEnough ? 0 : bytes.count
  }

  /// Room for a part of the request's body.
  func fill(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
    stoppingOnError(Int(CURL_READFUNC_ABORT)) { () throws(HubError) in
      watch.sent(at: .now)
      if upload == nil { upload = try order.request.body.source?.open() }
      return try upload?.read(into: buffer) ?? 0
    }
  }

  /// libcurl has to send the body again, on a new connection.
  func rewind(to offset: Int64) -> Bool {
    upload = nil
    return offset == 0
  }

  /// The sink takes bytes again.
  func unpause() {
    watch.beganBody(at: .now)
    curl_easy_pause(easy.handle, CURLPAUSE_CONT)
  }

  private func stoppingOnError(_ stop: Int, _ work: () throws(HubError) -> Int) -> Int {
    do {
      return try work()
    } catch {
      failure = error
      return stop
    }
  }
}
