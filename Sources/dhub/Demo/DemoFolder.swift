import Foundation
import HubModel
import HubServer

/// A temporary directory with a hub's repositories in it; it goes with its owner.
final class DemoFolder: Sendable {
  let path: String

  /// Makes the directory.
  init() throws {
    path = FileManager.default.temporaryDirectory.resolvingSymlinksInPath().path + "/dhub-demo-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  // What cannot be removed stays in the system's temporary directory.
  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The root of the hub.
  var hub: String { path + "/hub" }
  /// The cache.
  var cache: String { path + "/cache" }

  /// The folder with a scheduler's configuration.
  var source: String { path + "/sdxl" }

  /// Makes the folder with the configuration, and the account that may push.
  ///
  /// - Returns: The account's token.
  func prepare() throws -> Token {
    for folder in [hub, source] {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }
    try Data(PackageResources.sdxl_json).write(to: URL(filePath: source + "/scheduler_config.json"))
    let accounts = AccountStore(root: hub)
    try accounts.add(.user, "demo")
    return try Token(try accounts.createToken("laptop", for: "demo", role: .write))
  }
}
