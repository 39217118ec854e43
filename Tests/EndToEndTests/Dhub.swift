import Foundation
import TestSupport
import Testing

/// dhub with a home of its own.
struct Dhub {
  let home: TemporaryDirectory
  /// The hub that it is to ask.
  var endpoint = "http://127.0.0.1:1"
  /// Variables beyond those that every run has.
  var variables: [String: String] = [:]

  static let path = Layout.products.appending(path: "dhub").path

  init(endpoint: String? = nil) throws {
    home = try TemporaryDirectory()
    if let endpoint { self.endpoint = endpoint }
  }

  /// The cache that dhub and Python use.
  var cache: String { home.path + "/hub" }

  /// The environment of a run; nothing of the tests' own.
  var environment: [String: String] {
    [
      "HOME": home.path, "HF_HOME": home.path, "HF_ENDPOINT": endpoint, "PATH": "/usr/bin:/bin", "NO_PROXY": "*",
      "SWIFT_BACKTRACE": "enable=no", "HF_HUB_DISABLE_TELEMETRY": "1",
    ].merging(variables) { $1 }
  }

  /// The program with these arguments; it lives no longer than this value and its home.
  func program(_ arguments: [String]) -> Program {
    Program(Self.path, arguments, environment: environment, directory: home.path)
  }

  /// Runs dhub to its end.
  func run(_ arguments: String...) async throws -> Program.Outcome { try await run(arguments) }

  /// Runs dhub to its end.
  func run(_ arguments: [String]) async throws -> Program.Outcome {
    defer { withExtendedLifetime(home) {} }
    return try await program(arguments).run()
  }

  /// Runs a line of the shell in which `dhub` is this one.
  func shell(_ line: String) async throws -> Program.Outcome {
    var environment = environment
    environment["PATH"] = Layout.products.path + ":/usr/bin:/bin"
    defer { withExtendedLifetime(home) {} }
    return try await Program("/bin/sh", ["-c", line], environment: environment, directory: home.path).run()
  }
}

/// `dhub serve`, as a process.
struct ServedHub {
  let program: RunningProgram
  let endpoint: String
  private let dhub: Dhub

  /// Serves `root` once it returns.
  init(root: String, _ arguments: [String] = []) async throws {
    dhub = try Dhub()
    program = try dhub.program(["serve", "--root", root, "--port", "0"] + arguments).start()
    endpoint = try await program.line { line in
      line.hasPrefix("listening on ") ? String(line.dropFirst("listening on ".count)) : nil
    }
  }
}

extension Program.Outcome {
  /// The one JSON object on stdout.
  func object() throws -> [String: Any] {
    let value = try JSONSerialization.jsonObject(with: Data(output))
    return try #require(value as? [String: Any], "\(text)")
  }

  /// The last line of stdout.
  var lastLine: String { text.split(separator: "\n").last.map(String.init) ?? "" }
}

extension [UInt8] {
  /// The bytes of `fixtures/configs/NAME.json`.
  init(contentsOf name: String) throws { self = try Array(Data(contentsOf: Layout.fixture("configs/\(name).json"))) }
}
