import Hub
import HubCache
import HubModel
import PythonJSON
import Schedulers

/// Where a scheduler's configuration is: a repository, or a directory of the user's.
enum SchedulerSource: Sendable {
  case directory(String, RepositoryPath)
  case repository(RepositoryID, Revision, RepositoryPath)

  /// Reads what a user has given: a path if it begins with `.` or `/` or is a directory's, else a repository.
  init(_ text: String, subfolder: String?, revision: String?) throws {
    let file = try RepositoryPath(SchedulerConfig.fileName, in: subfolder)
    let isPath = text.beginsWithBytes(".") || text.beginsWithBytes("/")
    if try isPath || Disk.status(text, followingLinks: true)?.kind == .directory {
      self = .directory(text, file)
    } else {
      let reference = try RepositoryReference(text)
      let revision = try revision.map { name throws(HubError) in try Revision(name) } ?? reference.revision ?? .main
      self = .repository(reference.repository, revision, file)
    }
  }
}

/// A scheduler with the account of where it came from.
struct LoadedSource: Sendable {
  /// What the user called it.
  let name: String
  let scheduler: AnyScheduler
  /// The source in full, for people.
  let origin: String
  /// The source in full, for programs.
  let json: JSONObject
  var warnings: [String] = []
}

extension SchedulerSource {
  /// Files longer than this are no configuration.
  private static let limit = 16 << 20

  /// Reads the configuration and makes the scheduler of it.
  func load(_ client: HubClient, _ options: DownloadOptions) async throws -> LoadedSource {
    switch self {
    case .directory(let directory, let file):
      let path = directory + "/" + file.text
      return try Self.load(
        path, called: directory, origin: path, json: ["type": "directory", "path": .string(path)], warnings: [])
    case .repository(let repository, let revision, let file):
      let found = try await client.download(file, from: repository, revision: revision, options: options)
      let place = found.origin == .hub ? "fetched" : "in the cache"
      return try Self.load(
        found.path, called: repository.description,
        origin: "\(repository), \(file) at \(found.commit), \(place)",
        json: [
          "type": "repository", "repo_id": .string(repository.name), "repo_type": .string(repository.kind.rawValue),
          "revision": .string(revision.name), "commit": .string(found.commit.hex), "file": .string(file.text),
          "path": .string(found.path), "origin": .string(found.origin.rawValue),
        ],
        warnings: found.staleness.map { [DownloadRequest.warning($0)] } ?? [])
    }
  }

  private static func load(
    _ path: String, called name: String, origin: String, json: JSONObject, warnings: [String]
  ) throws -> LoadedSource {
    guard let bytes = try Disk.read(path, limit: limit) else {
      throw HubError(.entryNotFound, context: HubError.Context(file: path))
    }
    let scheduler = try AnyScheduler(config: SchedulerConfig(json: bytes, source: path))
    return LoadedSource(name: name, scheduler: scheduler, origin: origin, json: json, warnings: warnings)
  }
}
