import ArgumentParser
import HubModel

/// A command: what it may be given, and what it does.
protocol Subcommand: ParsableCommand, Sendable {
  /// Does what the command is for.
  func perform(in session: Session) async throws -> Report

  /// What to tell a user who interrupted it, or `nil` where there is nothing to go on with.
  var resumption: String? { get }
}

extension Subcommand {
  var resumption: String? { nil }
}

/// One run of the program.
struct Program {
  let arguments: [String]

  init(_ arguments: some Sequence<String>) { self.arguments = Array(arguments) }

  /// Runs it to its end, and answers the exit status.
  func run() async -> Int32 {
    Streams.prepare()
    let output = Output(isJSON: has("--json"))
    do {
      return try await run(output).rawValue
    } catch is Output.Closed {
      return ExitStatus.outputClosed.rawValue
    } catch {
      let failure = Failure(error)
      output.print(failure, verbosely: has("--verbose") || has("-v"))
      return failure.status.rawValue
    }
  }

  /// Whether a flag is among the arguments; asked where they may not even be parseable.
  private func has(_ flag: String) -> Bool { arguments.prefix { $0 != "--" }.contains(flag) }

  private func run(_ output: Output) async throws -> ExitStatus {
    guard let command = try parse(output) else { return .done }
    let report = try await perform(command, Session(output))
    try output.print(report)
    return report.status
  }

  /// The command that the arguments name; `nil` if all they wanted was help, which is printed.
  private func parse(_ output: Output) throws -> (any Subcommand)? {
    do {
      var command = try Dhub.parseAsRoot(arguments)
      if let command = command as? any Subcommand { return command }
      // Help, and commands that only hold others.
      try command.run()
      return nil
    } catch {
      if let failure = Failure(parsing: error) { throw failure }
      try output.line(Dhub.fullMessage(for: error))
      return nil
    }
  }

  private func perform(_ command: any Subcommand, _ session: Session) async throws -> Report {
    let task = Task { try await command.perform(in: session) }
    let interruption = Interruption { task.cancel() }
    do {
      return try await task.value
    } catch {
      guard let status = interruption.status, Failure(error).status == .interrupted else { throw error }
      throw Failure(status: status, code: "cancelled", message: "Interrupted.", hint: command.resumption)
    }
  }
}
