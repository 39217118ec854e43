import Foundation
import Synchronization

/// A program that runs beside the test, such as a server; killed with its owner.
public final class RunningProgram: Sendable {
  private let files: TemporaryDirectory
  private let process: Mutex<Process>

  init(_ process: Process, files: TemporaryDirectory) {
    self.files = files
    self.process = Mutex(process)
  }

  deinit { signal(SIGKILL) }

  /// The process's identity.
  public var identifier: Int32 { process.withLock(\.processIdentifier) }

  /// Whether it has not ended yet.
  public var isRunning: Bool { process.withLock(\.isRunning) }

  /// What it has written to its standard output so far.
  public var text: String { (try? files.read("output")).map { String(decoding: $0, as: UTF8.self) } ?? "" }

  /// What it has written to its standard error so far.
  public var errorText: String { (try? files.read("errors")).map { String(decoding: $0, as: UTF8.self) } ?? "" }

  /// Sends a signal, unless the program has ended.
  public func signal(_ number: Int32) {
    process.withLock { if $0.isRunning { kill($0.processIdentifier, number) } }
  }

  /// Waits for a line of the standard output.
  ///
  /// - Parameter select: Called with each complete line; what it makes of the first fitting one is the answer.
  /// - Throws: ``Failure`` if the program ends, or half a minute passes, without such a line.
  public func line<Value>(_ select: (Substring) -> Value?) async throws -> Value {
    let deadline = ContinuousClock.now + .seconds(30)
    while true {
      let hasEnded = !isRunning
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
      if let value = lines.lazy.compactMap(select).first { return value }
      if hasEnded || ContinuousClock.now > deadline { throw Failure(output: text, errors: errorText) }
      try await Task.sleep(for: .milliseconds(10))
    }
  }

  /// Waits for the end, and answers the exit status, or the number of the signal plus 128.
  ///
  /// - Throws: ``NeverHappened`` after ten minutes; the program is killed then.
  public func ended() async throws -> Int {
    do {
      try await eventually("a program ends", within: .seconds(600)) { !isRunning }
    } catch {
      signal(SIGKILL)
      throw error
    }
    return process.withLock { Int($0.terminationStatus) + ($0.terminationReason == .uncaughtSignal ? 128 : 0) }
  }

  /// A program that did not say what it was expected to say.
  public struct Failure: Error, Sendable {
    /// What it wrote instead.
    public let output: String, errors: String
  }
}

extension Program {
  /// Starts the program and leaves it running; its ``timeout`` does not count.
  public func start() throws -> RunningProgram {
    let files = try makeFiles()
    let process = try makeProcess(files)
    try process.runAndLetGo()
    return RunningProgram(process, files: files)
  }
}
