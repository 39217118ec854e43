import Foundation
import HubGit
import HubModel
import Logging
import NIOCore
import NIOPosix
import Synchronization

/// One run of git, for one request: from a body that is on the disk to an answer that is sent as it is made.
///
/// git reads the body from a file, so a client that sends slowly holds no process, and neither side waits for the
/// other. What git says waits for the client in a pipe. The last owner ends git.
final class GitSession: Sendable {
  /// What is asked of git.
  struct Job: Sendable {
    let service: Route.GitService
    let repository: String
    /// The body of the request; `nil` to ask for the refs alone.
    let input: ServedFile?
    /// The version of the protocol, as the client names it.
    let version: String?
    let user: String?
    /// Decides about a push.
    let decide: @Sendable (PushQuestion) -> PushVerdict
  }

  private let engine: GitEngine
  private let turn: GitEngine.Turn
  private let process: ChildProcess
  private let service: Route.GitService
  /// Where git's output comes from, until somebody else closes it.
  private let output: Mutex<Int32?>
  private let errors: ServedFile

  /// Starts git.
  ///
  /// - Throws: `system`.
  init(_ job: Job, _ program: GitProgram, _ engine: GitEngine, _ turn: GitEngine.Turn) throws(HubError) {
    (self.engine, self.turn, service) = (engine, turn, job.service)
    errors = try engine.spool.empty()
    if job.service == .receivePack {
      GitQuarantine.sweep(job.repository, olderThan: 2 * Int64(engine.limits.gitSeconds))
    }
    let pipe = try Pipe.make()
    let nothing = try ServedFile(path: "/dev/null")
    let input = job.input ?? nothing
    lseek(input.descriptor, 0, SEEK_SET)
    let question = try Pipe.make()
    let verdict = try Pipe.make()
    process = try ChildProcess(
      program.path,
      program.arguments(job.service, job.repository, body: try job.input?.length(), engine.limits),
      environment: program.environment(version: job.version, user: job.user),
      descriptors: [
        input.descriptor, pipe.writing.number, errors.descriptor, question.writing.number, verdict.reading.number,
      ])
    process.limit(memory: engine.limits.gitMemory, seconds: engine.limits.gitSeconds)
    output = Mutex(pipe.reading.released())
    guard job.service == .receivePack else { return }
    let (asked, answered) = (question.reading.released(), verdict.writing.released())
    Thread.detachNewThread { Self.answer(asked, answered, job.decide) }
  }

  deinit { if let output = output.withLock({ $0 }) { close(output) } }

  /// Sends what git says, and waits for its end.
  ///
  /// - Throws: What happened to the client; git is ended then.
  @concurrent func send(to writer: inout StreamWriter) async throws {
    defer { process.kill() }
    let alarm = Task { [process, seconds = engine.limits.gitSeconds] in
      try await Task.sleep(for: .seconds(seconds))
      process.kill()
    }
    defer { alarm.cancel() }
    try await opened().executeThenClose { pieces, _ in
      for try await piece in pieces { try await writer.write(piece) }
    }
    let status = await process.ended()
    if status != 0 {
      engine.logger.notice(
        "git ended with \(status)", metadata: ["service": "\(service.rawValue)", "says": "\(said)"])
    }
  }

  /// What git says, as a channel.
  private func opened() async throws -> NIOAsyncChannel<ByteBuffer, Never> {
    let taken = output.withLock { output in
      defer { output = nil }
      return output
    }
    guard let taken else { throw HubError(.cancelled) }
    do {
      return try await NIOPipeBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .takingOwnershipOfDescriptor(input: taken) { channel in
          channel.eventLoop.makeCompletedFuture { try NIOAsyncChannel(wrappingChannelSynchronously: channel) }
        }
    } catch {
      close(taken)
      throw error
    }
  }

  /// The beginning of what git wrote to its standard error.
  private var said: String {
    var bytes = [UInt8](repeating: 0, count: 500)
    let count = pread(errors.descriptor, &bytes, bytes.count, 0)
    return printable(String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self))
  }

  /// Reads what the hook asks, if it does, and answers it. The pipe ends with git.
  private static func answer(
    _ asked: Int32, _ answered: Int32, _ decide: (PushQuestion) -> PushVerdict
  ) {
    defer {
      close(asked)
      close(answered)
    }
    guard let text = question(asked) else { return }
    let misunderstood = PushVerdict(objections: ["the hub did not understand what the push is about"])
    let verdict = PushQuestion(text).map(decide) ?? misunderstood
    let lines =
      (verdict.objections + verdict.remarks).map { ">\(printable($0, limit: 400))\n" }
      + [verdict.objections.isEmpty ? "yes\n" : "no\n"]
    var answer = lines.joined()
    answer.withUTF8 { bytes in
      // A hook that is gone needs no answer, and a push without one is refused.
      try? writeAll(UnsafeRawBufferPointer(bytes), to: answered, "a hook")
    }
  }

  private static func question(_ descriptor: Int32) -> String? {
    var text: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    let end = Array("\n\n".utf8)
    while text.count <= questionLimit {
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return nil }
      text += buffer[..<count]
      if text.suffix(2).elementsEqual(end) { return String(decoding: text.dropLast(2), as: UTF8.self) }
    }
    return ""
  }

  /// A hundred thousand refs in one push.
  private static var questionLimit: Int { 16 << 20 }
}
