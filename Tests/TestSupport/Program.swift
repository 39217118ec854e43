import Foundation

/// A program run as a child process, with a limit on time.
///
///     let result = try await Program("/usr/bin/git", ["--version"]).run()
///     #expect(result.status == 0)
public struct Program: Sendable {
  /// The executable's path.
  public var path: String
  /// What follows its name.
  public var arguments: [String]
  /// The whole environment of the child, or `nil` for that of the tests.
  public var environment: [String: String]?
  /// The working directory, or `nil` for that of the tests.
  public var directory: String?
  /// What the program reads.
  public var input: [UInt8]
  /// Seconds after which the program is killed.
  public var timeout: Double

  /// A program, not yet run.
  public init(
    _ path: String, _ arguments: [String] = [], environment: [String: String]? = nil, directory: String? = nil,
    input: [UInt8] = [], timeout: Double = 120
  ) {
    (self.path, self.arguments, self.environment) = (path, arguments, environment)
    (self.directory, self.input, self.timeout) = (directory, input, timeout)
  }

  /// How a program ended and what it wrote.
  public struct Outcome: Sendable {
    /// The exit status, or the number of the signal that ended it plus 128.
    public var status: Int
    /// Whether the limit on time ended it.
    public var isTimeout: Bool
    /// What it wrote to its standard output.
    public var output: [UInt8]
    /// What it wrote to its standard error.
    public var errors: [UInt8]

    /// The standard output as text.
    public var text: String { String(decoding: output, as: UTF8.self) }
    /// The standard error as text.
    public var errorText: String { String(decoding: errors, as: UTF8.self) }
  }

  /// Runs the program to its end.
  public func run() async throws -> Outcome {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread { continuation.resume(with: Result { try runBlocking() }) }
    }
  }

  /// Runs the program on this thread.
  private func runBlocking() throws -> Outcome {
    let files = try makeFiles()
    let process = try makeProcess(files)
    let ended = DispatchSemaphore(value: 0)
    process.terminationHandler = { _ in ended.signal() }
    try process.runAndLetGo()
    let isTimeout = ended.wait(timeout: .now() + timeout) == .timedOut
    if isTimeout {
      kill(process.processIdentifier, SIGKILL)
      ended.wait()
    }
    let status = Int(process.terminationStatus) + (process.terminationReason == .uncaughtSignal ? 128 : 0)
    return Outcome(
      status: status, isTimeout: isTimeout, output: try files.read("output"), errors: try files.read("errors"))
  }

  /// The files that the program reads from and writes to.
  func makeFiles() throws -> TemporaryDirectory {
    let files = try TemporaryDirectory()
    try files.write(input, to: "input")
    for name in ["output", "errors"] { try files.write([], to: name) }
    return files
  }

  /// Files in place of pipes: a child that leaves a grandchild behind cannot keep them open for us.
  func makeProcess(_ files: TemporaryDirectory) throws -> Process {
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    if let environment { process.environment = environment }
    if let directory { process.currentDirectoryURL = URL(filePath: directory) }
    process.standardInput = try FileHandle(forReadingFrom: URL(filePath: files.appending("input")))
    process.standardOutput = try FileHandle(forWritingTo: URL(filePath: files.appending("output")))
    process.standardError = try FileHandle(forWritingTo: URL(filePath: files.appending("errors")))
    return process
  }
}

extension Process {
  /// Runs the program, and closes our ends of its files, which Foundation keeps open as long as it keeps the process.
  func runAndLetGo() throws {
    defer {
      for file in [standardInput, standardOutput, standardError] { try? (file as? FileHandle)?.close() }  // cleanup
    }
    try run()
  }
}
