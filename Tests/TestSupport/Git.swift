/// The `git` of the machine, without the configurations of the machine and the account.
public struct Git: Sendable {
  /// What git is run with.
  public let environment: [String: String]
  private let program: String

  /// - Throws: ``Failure`` if there is no git.
  public init() throws {
    guard let program = Layout.program("git") else { throw Failure(text: "git is not installed") }
    self.program = program
    environment = [
      "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", "PATH": "/usr/bin:/bin", "HOME": "/nonexistent",
      "GIT_AUTHOR_NAME": "Bob", "GIT_AUTHOR_EMAIL": "bob@localhost", "GIT_COMMITTER_NAME": "Bob",
      "GIT_COMMITTER_EMAIL": "bob@localhost", "GIT_TERMINAL_PROMPT": "0",
    ]
  }

  /// What `git ARGUMENTS` prints in `directory`, without the last line end.
  ///
  /// - Throws: ``Failure`` if git fails.
  @discardableResult
  public func callAsFunction(_ arguments: [String], in directory: String, input: [UInt8] = []) async throws -> String {
    let outcome = try await Program(
      program, arguments, environment: environment, directory: directory, input: input
    )
    .run()
    guard outcome.status == 0 else { throw Failure(text: "git \(arguments): \(outcome.errorText)") }
    return outcome.text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().joined(separator: "\n")
  }

  /// What went wrong.
  public struct Failure: Error, Sendable {
    /// In git's words.
    public let text: String
  }
}
