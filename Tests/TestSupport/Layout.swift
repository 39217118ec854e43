public import Foundation

/// Where things are in the repository that the tests were built from.
public enum Layout {
  /// The repository's directory.
  public static let root: URL = {
    var url = URL(filePath: #filePath)
    while url.path != "/", !FileManager.default.fileExists(atPath: url.appending(path: "Package.swift").path) {
      url.deleteLastPathComponent()
    }
    return url
  }()

  /// Data that tests read: `fixtures/NAME`.
  public static func fixture(_ name: String) -> URL { root.appending(path: "fixtures").appending(path: name) }

  /// The folder of the products of this build, where `dhub` is beside the tests.
  public static let products: URL = {
    #if os(macOS)
      return Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL.deletingLastPathComponent()
        ?? root.appending(path: ".build/debug")
    #else
      return URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
    #endif
  }()

  /// A Python environment that `make venvs` sets up: the interpreter of `.venv-NAME`.
  public enum Python: String, CaseIterable, Sendable {
    /// `huggingface_hub` 0.17.3, 0.36.2 and the newest.
    case hub017 = "hub-0.17", hub036 = "hub-0.36", hubNewest = "hub-newest"

    /// The interpreter, or `nil` if the environment has not been set up.
    public var interpreter: String? { Layout.interpreter(of: rawValue) }
  }

  /// The interpreter of the Python environment `.venv-NAME`, or `nil` if `make venvs` has not set it up.
  public static func interpreter(of environment: String) -> String? {
    let path = root.appending(path: ".venv-\(environment)/bin/python").path
    return FileManager.default.isExecutableFile(atPath: path) ? path : nil
  }

  /// The path of a program on the `PATH`, or `nil` if it is not installed.
  public static func program(_ name: String) -> String? {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    return (path.split(separator: ":").map(String.init) + ["/usr/sbin"]).lazy.map { $0 + "/" + name }
      .first(where: FileManager.default.isExecutableFile)
  }
}
