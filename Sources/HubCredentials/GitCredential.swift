public import Foundation
public import HubModel

/// git's own memory of passwords, through `git credential` (git-credential(1)).
///
/// The helpers are git's, so this is the one place where a `git` program is needed; without one, or without a helper,
/// nothing is remembered. What is secret goes through a pipe, never into an argument.
public struct GitCredential: Sendable {
  private let variables: [String: String]

  /// The helpers that git uses in this environment.
  public init(variables: [String: String] = ProcessInfo.processInfo.environment) { self.variables = variables }

  /// The helpers that git is set up with (`credential.helper`); none if there is no git.
  public func helpers() -> [String] {
    guard let output = run(["config", "--get-all", "credential.helper"], input: "") else { return [] }
    return output.split(separator: "\n").map(String.init)
  }

  /// Has the helpers remember `token` for `endpoint`.
  ///
  /// - Returns: Whether git took it.
  public func approve(_ token: Token, endpoint: String) -> Bool {
    run(
      ["credential", "approve"],
      input: "url=\(endpoint)\nusername=\(BoundToken.plainUser)\npassword=\(token.secret)\n\n") != nil
  }

  /// Has the helpers forget the token for `endpoint`.
  ///
  /// - Returns: Whether git took it.
  public func reject(endpoint: String) -> Bool {
    run(["credential", "reject"], input: "url=\(endpoint)\nusername=\(BoundToken.plainUser)\n\n") != nil
  }

  /// The user and the password that the helpers remember for `url`; nobody is asked.
  ///
  /// - Parameters:
  ///   - url: A URL without a user.
  ///   - user: Whose password it must be, if it matters.
  /// - Returns: `nil` if they remember none.
  public func fill(_ url: URL, user: String? = nil) -> (user: String, password: Token)? {
    let question = "url=\(url.absoluteString)\n" + (user.map { "username=\($0)\n" } ?? "") + "\n"
    guard let output = run(["credential", "fill"], input: question) else { return nil }
    var values: [Substring: Substring] = [:]
    for line in output.split(separator: "\n") {
      guard let end = line.firstIndex(of: "=") else { continue }
      values[line[..<end]] = line[line.index(after: end)...]
    }
    guard let user = values["username"], let password = values["password"].flatMap({ try? Token(String($0)) }) else {
      return nil  // Absence: a password that no header can hold is none for us.
    }
    return (String(user), password)
  }

  /// What git prints, or `nil` if it fails or is not there.
  private func run(_ arguments: [String], input: String) -> String? {
    let (process, output, source) = (Process(), Pipe(), Pipe())
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["git"] + arguments
    // Nobody is to be asked: neither on the terminal nor in a window.
    process.environment = variables.merging(["GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": "true", "SSH_ASKPASS": "true"])
    {
      $1
    }
    (process.standardInput, process.standardOutput) = (source, output)
    process.standardError = FileHandle.nullDevice
    do {
      try process.run()
      try source.fileHandleForWriting.write(contentsOf: Data(input.utf8))
      try source.fileHandleForWriting.close()
    } catch {
      return nil  // Absence: without git nothing is remembered.
    }
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return process.terminationStatus == 0 ? String(decoding: bytes, as: UTF8.self) : nil
  }
}
