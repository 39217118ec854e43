import Dispatch
import Foundation
import HubGit
import HubModel

/// The programs that a bare repository wants to be asked before it changes, and told afterwards (githooks).
struct GitHooks: Sendable {
  private let repository: String
  private let directory: String
  private let makeFile: @Sendable () -> String

  /// How long one may run, in seconds.
  private static let limit = 600.0
  /// The most of its words that is kept, in bytes.
  private static let messageLimit = 16 << 10

  /// The hooks of `repository`, in its folder `hooks` or where its own `core.hooksPath` says.
  ///
  /// - Parameter makeFile: A name for a file of ours.
  /// - Throws: `repository` if there is one that only git itself can ask: `reference-transaction`, `proc-receive`. To
  ///   pass it over would be to break a rule of the repository's owner.
  init(of repository: borrowing GitRepository, makeFile: @escaping @Sendable () -> String) throws(HubError) {
    (self.repository, self.makeFile) = (repository.path, makeFile)
    let path = try repository.settings("core.hookspath").last ?? "hooks"
    directory = path.beginsWithBytes("/") ? path : "\(repository.path)/\(path)"
    for name in ["reference-transaction", "proc-receive"] where has(name) {
      throw HubError(.repository(reason: "it has a hook '\(name)', which only git itself can run; push with git"))
    }
  }

  /// Whether there is a hook of this name that may be run.
  func has(_ name: String) -> Bool {
    var status = stat()
    let path = "\(directory)/\(name)"
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
  }

  /// How a hook ended.
  struct Outcome: Sendable {
    let isSuccess: Bool
    /// What it wrote, without the line end.
    let message: String
  }

  /// Runs a hook to its end, in the repository's directory.
  ///
  /// It writes to a file, not to a pipe that something it leaves behind could keep open.
  ///
  /// - Parameters:
  ///   - input: What it reads.
  ///   - quarantine: The folder of objects that are not in the repository yet.
  /// - Throws: `timeout` after ten minutes; `repository` if it cannot be started.
  func run(_ name: String, _ arguments: [String], input: String, quarantine: String?) throws(HubError) -> Outcome {
    let (words, question) = (makeFile(), makeFile())
    defer { for file in [words, question] { unlink(file) } }
    try OutputFile(question).write(input.utf8)
    let output = try OutputFile(words)
    let process = Process()
    process.executableURL = URL(filePath: "\(directory)/\(name)")
    (process.arguments, process.environment) = (arguments, environment(quarantine))
    process.currentDirectoryURL = URL(filePath: repository)
    let handle = FileHandle(fileDescriptor: output.descriptor, closeOnDealloc: false)
    (process.standardOutput, process.standardError) = (handle, handle)
    try start(process, name, reading: question)
    return Outcome(isSuccess: process.terminationStatus == 0, message: try Self.message(in: words))
  }

  private func start(_ process: Process, _ name: String, reading question: String) throws(HubError) {
    let ended = DispatchSemaphore(value: 0)
    process.terminationHandler = { _ in ended.signal() }
    do {
      process.standardInput = try FileHandle(forReadingFrom: URL(filePath: question))
      try process.run()
    } catch {
      throw HubError(.repository(reason: "its hook '\(name)' cannot be started"), cause: error)
    }
    guard ended.wait(timeout: .now() + Self.limit) == .success else {
      kill(process.processIdentifier, SIGKILL)
      ended.wait()
      throw HubError(.timeout("the hook '\(name)' has run for \(Int(Self.limit)) s"))
    }
  }

  /// What git sets for hooks (githooks; git-receive-pack, "Quarantine Environment"), and what we have, but for what git
  /// reads and for secrets.
  private func environment(_ quarantine: String?) -> [String: String] {
    var environment = ProcessInfo.processInfo.environment.filter { name, _ in
      !name.hasPrefix("GIT_") && !name.uppercased().contains("TOKEN") && !name.uppercased().contains("PASSWORD")
    }
    environment["GIT_DIR"] = "."
    if let quarantine {
      environment["GIT_QUARANTINE_PATH"] = quarantine
      environment["GIT_OBJECT_DIRECTORY"] = quarantine
      environment["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = repository + "/objects"
    }
    return environment
  }

  private static func message(in file: String) throws(HubError) -> String {
    var bytes: [UInt8] = []
    try readAll(file) { piece in bytes += piece.prefix(messageLimit - bytes.count) }
    return SideBand.trimmed(String(decoding: bytes, as: UTF8.self))
  }
}
