import Dispatch
import HubGit
import HubModel
import HubTransport
import Synchronization

/// Lets a thread that libgit2 blocks wait for requests that tasks make.
final class BlockingExchange: SmartExchange {
  private struct State {
    var server: GitServer
    /// The request under way.
    var task: Task<Void, Never>?
    var isCancelled = false
  }

  private let state: Mutex<State>
  /// A file for an answer.
  private let makeFile: @Sendable () -> String
  private let limit: Int64
  private let progress: @Sendable (GitProgress) -> Void

  init(
    _ server: GitServer, limit: Int64, progress: @escaping @Sendable (GitProgress) -> Void,
    makeFile: @escaping @Sendable () -> String
  ) {
    state = Mutex(State(server: server))
    (self.limit, self.progress) = (limit, progress)
    self.makeFile = makeFile
  }

  /// Runs `work` on a thread that may be blocked; cancelling the task ends the request that it waits for.
  func run<Value: Sendable>(
    _ work: @escaping @Sendable () throws(HubError) -> Value
  ) async throws(HubError) -> Value {
    let result = await withTaskCancellationHandler {
      await Self.result { () async throws(HubError) in try await GitThreads.run(.shared, work) }
    } onCancel: {
      state.withLock { state in
        state.isCancelled = true
        state.task?.cancel()
      }
    }
    return try result.get()
  }

  func advertisement() throws(HubError) -> [UInt8] {
    let server = state.withLock(\.server)
    return try wait { () async throws(HubError) in
      var server = server
      return try await server.advertisement(of: .uploadPack, isVersion2: false)
    }
  }

  func uploadPack(_ request: [UInt8]) throws(HubError) -> String {
    let server = state.withLock(\.server)
    let sink = try FileSink(path: makeFile(), limit: limit, progress: progress)
    try wait { () async throws(HubError) in try await server.download(request, isVersion2: false, into: sink) }
    return sink.path
  }

  private func wait<Value: Sendable>(
    _ work: @escaping @Sendable () async throws(HubError) -> Value
  ) throws(HubError) -> Value {
    let (answer, finished) = (Answer<Value>(), DispatchSemaphore(value: 0))
    let task = Task.detached {
      let result = await Self.result(work)
      answer.result.withLock { $0 = result }
      finished.signal()
    }
    state.withLock { state in
      state.task = task
      if state.isCancelled { task.cancel() }
    }
    finished.wait()
    guard let result = answer.result.withLock({ $0 }) else { throw HubError(.cancelled) }
    return try result.get()
  }

  private final class Answer<Value: Sendable>: Sendable {
    let result = Mutex<Result<Value, HubError>?>(nil)
  }

  private static func result<Value: Sendable>(
    _ work: () async throws(HubError) -> Value
  ) async -> Result<Value, HubError> {
    do throws(HubError) {
      return .success(try await work())
    } catch {
      return .failure(error)
    }
  }
}

/// Takes an answer while it arrives and writes it to a file as it is.
private final class FileSink: ByteSink {
  private let file: OutputFile
  private let limit: Int64
  private let progress: @Sendable (GitProgress) -> Void
  private let written = Mutex<Int64>(0)

  init(path: String, limit: Int64, progress: @escaping @Sendable (GitProgress) -> Void) throws(HubError) {
    (file, self.limit, self.progress) = (try OutputFile(path), limit, progress)
  }

  var path: String { file.path }

  func begin(_ head: HTTPResponseHead, resume: @escaping @Sendable () -> Void) throws(HubError) {
    try GitServer.check(head, .uploadPack, "result")
    try file.empty()
    written.withLock { $0 = 0 }
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws(HubError) -> ByteSinkAnswer {
    let count = written.withLock { written in
      written += Int64(bytes.count)
      return written
    }
    guard count <= limit else { throw HubError(.limitExceeded("a pack of more than \(limit) bytes")) }
    try file.write(bytes)
    progress(.fetched(bytes: count))
    return .taken
  }
}
