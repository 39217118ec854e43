import Foundation
import HubTestSupport
import TestSupport
import Testing

/// Somebody with git, git-lfs and a folder of their own; no configuration but the test's counts.
struct GitUser {
  let home: TemporaryDirectory
  private let program: String

  init() async throws {
    home = try TemporaryDirectory()
    program = try #require(Layout.program("git"), "git is not installed")
    try await git("config", "--global", "init.defaultBranch", "elsewhere")
    try await git("lfs", "install", "--skip-repo")
  }

  /// Runs git, and expects that it succeeds.
  @discardableResult
  func git(_ arguments: String..., in folder: String = ".", input: [UInt8] = []) async throws -> String {
    let outcome = try await run(arguments, in: folder, input: input)
    try #require(outcome.status == 0, "git \(arguments): \(outcome.errorText)")
    return outcome.text.trimmingCharacters(in: .newlines)
  }

  /// Runs git, and expects that it fails; answers what it says.
  @discardableResult
  func failure(_ arguments: String..., in folder: String = ".") async throws -> String {
    let outcome = try await run(arguments, in: folder, input: [])
    #expect(outcome.status != 0, "git \(arguments) succeeded")
    return outcome.errorText
  }

  func run(_ arguments: [String], in folder: String, input: [UInt8]) async throws -> Program.Outcome {
    let environment = [
      "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": home.path, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C",
      "GIT_TERMINAL_PROMPT": "0", "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@localhost",
      "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@localhost",
    ]
    return try await Program(
      program, arguments, environment: environment, directory: home.appending(folder), input: input, timeout: 300
    ).run()
  }

  /// Commits a file.
  func commit(_ name: String, _ text: String, in folder: String) async throws {
    try home.write(Array(text.utf8), to: folder + "/" + name)
    try await git("add", ".", in: folder)
    try await git("commit", "-qm", "Change \(name)", in: folder)
  }
}

extension RunningHub {
  /// The address of a repository for whoever has `token`.
  func remote(_ name: String, _ token: String? = Tokens.writer) -> String {
    "http://\(token.map { "bob:\($0)@" } ?? "")127.0.0.1:\(port)/\(name)"
  }
}

extension TestRepositories {
  /// Expects that git finds nothing wrong with a repository.
  func expectSound(_ name: String, _ user: GitUser) async throws {
    let outcome = try await user.run(
      ["-C", "\(root)/\(name).git", "fsck", "--strict", "--no-dangling"], in: ".", input: [])
    let isQuiet = !["error", "warning", "missing"].contains { outcome.errorText.contains($0) }
    #expect(outcome.status == 0 && isQuiet, "\(outcome.errorText)")
  }
}
