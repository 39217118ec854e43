import Foundation
import HubModel
import HubTransport
import Synchronization
import TestSupport
import Testing

/// Holds what a download delivers; can refuse the head, stop at a bound and ask for rests.
final class RecordingSink: ByteSink {
  struct State {
    var head: HTTPResponseHead?
    var bytes: [UInt8] = []
    var writes = 0
  }

  let state = Mutex(State())
  private let limit: Int
  private let restsBefore: @Sendable (Int) -> Bool
  private let refusal: HubError?

  init(
    limit: Int = .max, refusal: HubError? = nil, restsBefore: @escaping @Sendable (Int) -> Bool = { _ in false }
  ) {
    (self.limit, self.refusal, self.restsBefore) = (limit, refusal, restsBefore)
  }

  private let resume = Mutex<(@Sendable () -> Void)?>(nil)

  var bytes: [UInt8] { state.withLock(\.bytes) }

  func begin(_ head: HTTPResponseHead, resume: @escaping @Sendable () -> Void) throws(HubError) {
    if let refusal { throw refusal }
    state.withLock { $0.head = head }
    self.resume.withLock { $0 = resume }
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws(HubError) -> ByteSinkAnswer {
    let writes = state.withLock { state in
      state.writes += 1
      return state.writes
    }
    if restsBefore(writes) {
      let resume = self.resume.withLock { $0 }
      Thread.detachNewThread { resume?() }
      return .full
    }
    let count = state.withLock { state in
      state.bytes.append(contentsOf: bytes)
      return state.bytes.count
    }
    if count > limit { throw HubError(.integrity(expected: "\(limit) bytes", got: "more")) }
    return .taken
  }
}

@Suite(.timeLimit(.minutes(1))) struct CurlTransportTests {
  let transport = CurlTransport()

  @Test func `an answer has its status, headers and body`() async throws {
    let server = try FaultServer { _ in Answer(404, headers: ["X-Error-Code": "EntryNotFound"], text: "gone") }
    let response = try await transport.send(HTTPRequest(.get, server.url("/a%20b?c=d")))
    #expect(response.status == 404)
    #expect(response.headers["x-error-code"] == "EntryNotFound")
    #expect(String(decoding: response.body, as: UTF8.self) == "gone")
    let request = try #require(server.requests.first)
    #expect(request.target == "/a%20b?c=d")
    #expect(request.header("User-Agent")?.hasPrefix("diffusion-hub/") == true)
    #expect(request.header("X-Amzn-Trace-Id")?.count == 36)
    #expect(request.header("Authorization") == nil)
  }

  @Test(arguments: HTTPMethod.allCases) func `each method arrives with its body`(method: HTTPMethod) async throws {
    let server = try FaultServer { _ in Answer() }
    let hasBody = [.post, .put, .patch].contains(method)
    let body: HTTPBody = hasBody ? .bytes(Array("body".utf8)) : .none
    _ = try await transport.send(HTTPRequest(method, server.url(), body: body))
    let request = try #require(server.requests.first)
    #expect(request.method == method.rawValue)
    #expect(request.body == (hasBody ? Array("body".utf8) : []))
    #expect(request.header("Expect") == nil)
  }

  @Test func `a body may be empty, part of a file, or made while it is sent`() async throws {
    struct Counting: ByteSource {
      func count() -> Int64? { nil }
      func open() -> any ByteReader { Reader() }
      struct Reader: ByteReader {
        var rest = 100_000
        mutating func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
          let count = min(rest, buffer.count, 1000)
          buffer[..<count].initializeMemory(as: UInt8.self, repeating: 7)
          rest -= count
          return count
        }
      }
    }
    let directory = try TemporaryDirectory()
    let path = try directory.write(Array("0123456789".utf8), to: "file")
    let rows: [(HTTPBody, [UInt8], String?)] = [
      (.none, [], "0"), (.file(path: path), Array("0123456789".utf8), "10"),
      (.file(path: path, range: 2..<5), Array("234".utf8), "3"),
      (.source(Counting()), Array(repeating: 7, count: 100_000), nil),
    ]
    let server = try FaultServer { _ in Answer() }
    for (body, expected, length) in rows {
      _ = try await transport.send(HTTPRequest(.put, server.url(), body: body))
      let request = try #require(server.requests.last)
      #expect(request.body == expected)
      #expect(request.header("Content-Length") == length)
    }
    await #expect(throws: HubError.self) {
      try await transport.send(HTTPRequest(.put, server.url(), body: .file(path: path + "-none")))
    }
  }

  @Test func `a download goes to its sink, whatever rests it takes`() async throws {
    let server = try FaultServer { _ in Answer(content: .pattern(length: 5_000_000)) }
    let sink = RecordingSink { $0.isMultiple(of: 3) }
    let response = try await transport.download(HTTPRequest(.get, server.url()), into: sink)
    #expect(response.status == 200)
    #expect(response.body.isEmpty)
    #expect(sink.bytes == Answer.Content.pattern(0..<5_000_000))
    #expect(sink.state.withLock(\.head)?.contentLength == 5_000_000)
  }

  @Test func `what is no content does not reach the sink`() async throws {
    let server = try FaultServer { _ in Answer(503, content: .pattern(length: 1_000_000)) }
    let sink = RecordingSink()
    let response = try await transport.download(HTTPRequest(.get, server.url()), into: sink)
    #expect(response.status == 503)
    #expect(response.body == Answer.Content.pattern(0..<Int64(HTTPResponse.errorBodyLimit)))
    #expect(sink.bytes.isEmpty)
  }

  @Test func `a sink can refuse the head and stop the body`() async throws {
    let server = try FaultServer { _ in Answer(content: .pattern(length: 5_000_000)) }
    await expect(.conflict) {
      try await transport.download(
        HTTPRequest(.get, server.url()), into: RecordingSink(refusal: HubError(.conflict("another etag"))))
    }
    await expect(.integrity) {
      try await transport.download(HTTPRequest(.get, server.url()), into: RecordingSink(limit: 1000))
    }
  }

  @Test func `a connection is used again`() async throws {
    let server = try FaultServer(files: ["/": [1]])
    for _ in 0..<5 { _ = try await transport.send(HTTPRequest(.get, server.url())) }
    #expect(server.connections == 1)
  }

  @Test func `many transfers run at once`() async throws {
    let server = try FaultServer { request in Answer(text: request.target) }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<200 {
        group.addTask {
          let response = try await transport.send(HTTPRequest(.get, server.url("/\(number)")))
          #expect(String(decoding: response.body, as: UTF8.self) == "/\(number)")
        }
      }
      try await group.waitForAll()
    }
  }

  @Test(arguments: [Fault.silent, .stall(after: 100), .endless]) func `cancelling the task stops the transfer`(
    fault: Fault
  ) async throws {
    let server = try FaultServer { _ in Answer(content: .pattern(length: 1000)) }
    server.inject(fault)
    let task = Task { try await transport.download(HTTPRequest(.get, server.url()), into: RecordingSink()) }
    try await eventually("the request arrives") { !server.requests.isEmpty }
    task.cancel()
    let result = await task.result
    #expect(throws: HubError.self) { try result.get() }
    if case .failure(let error as HubError) = result { #expect(error.code == .cancelled) }
    // The connection is closed although the transport lives on; without that this would not end.
    try await eventually("the connection is closed") { server.openConnections == 0 }
  }

  @Test func `a task that is cancelled already sends nothing`() async throws {
    let server = try FaultServer(files: [:])
    let url = server.url()
    let task = Task {
      while !Task.isCancelled { await Task.yield() }
      return try await transport.send(HTTPRequest(.get, url))
    }
    task.cancel()
    let result = await task.result
    if case .failure(let error as HubError) = result {
      #expect(error.code == .cancelled)
    } else {
      Issue.record("not cancelled")
    }
  }

  @Test func `a transport ends its thread and its connections when it goes`() async throws {
    let server = try FaultServer(files: ["/": [1]])
    var transport: CurlTransport? = CurlTransport()
    _ = try await transport?.send(HTTPRequest(.get, server.url()))
    weak let reference = transport
    #expect(server.openConnections == 1)
    transport = nil
    #expect(reference == nil)
    try await eventually("the connection is closed") { server.openConnections == 0 }
  }
}
