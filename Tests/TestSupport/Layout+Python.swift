extension Layout.Python {
  /// Runs a script and answers what it printed.
  ///
  /// - Parameters:
  ///   - script: The program's text.
  ///   - arguments: `sys.argv[1:]`.
  ///   - environment: Its whole environment, beside a `PATH`; the user's own tokens and caches are out of its sight.
  /// - Throws: ``Missing`` if the environment has not been set up, ``Failure`` if the script fails.
  public func run(
    _ script: String, _ arguments: [String] = [], environment: [String: String] = [:]
  ) async throws -> String {
    guard let interpreter else { throw Missing(name: rawValue) }
    let home = try TemporaryDirectory()
    let variables = ["PATH": "/usr/bin:/bin", "HOME": home.path].merging(environment) { $1 }
    let outcome = try await Program(interpreter, ["-c", script] + arguments, environment: variables).run()
    guard outcome.status == 0 else { throw Failure(status: outcome.status, errors: outcome.errorText) }
    return outcome.text
  }

  /// An environment that is not there.
  public struct Missing: Error, CustomStringConvertible {
    /// Which one.
    public let name: String
    /// What to do.
    public var description: String { "there is no .venv-\(name); run 'make venvs'" }
  }

  /// A script that did not end well.
  public struct Failure: Error, CustomStringConvertible {
    /// The exit status.
    public let status: Int
    /// What it wrote to its standard error.
    public let errors: String
    /// Both.
    public var description: String { "exit status \(status): \(errors)" }
  }
}
