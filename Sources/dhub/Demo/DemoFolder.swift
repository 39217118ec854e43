import Foundation
import HubGit
import HubModel

/// A temporary directory with a hub's repositories in it; it goes with its owner.
final class DemoFolder: Sendable {
  let path: String

  /// The repositories: scheduler configurations as models on hubs have them.
  static let repositories = [
    ("demo/stable-diffusion", PackageResources.sd15_json), ("demo/sdxl", PackageResources.sdxl_json),
    ("demo/v-prediction", PackageResources.ddim_json), ("demo/dpm-karras", PackageResources.dpm_karras_json),
  ]

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

  /// Makes the repositories, each with a commit, and answers the commits.
  func makeRepositories() async throws -> [(name: String, commit: CommitID)] {
    let hub = hub
    return try await GitThreads.run { () throws(HubError) in
      try Self.repositories.map { name, config throws(HubError) in
        let repository = try GitRepository.create(bareAt: "\(hub)/models/\(name).git")
        let file = try RepositoryPath("scheduler/scheduler_config.json")
        return (name, try repository.commit([file: .file(config)], to: "refs/heads/main", message: "Add a scheduler"))
      }
    }
  }
}
