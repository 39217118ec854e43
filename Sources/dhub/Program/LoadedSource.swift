import DiffusionHub

/// A scheduler with the account of where it came from, as it is told.
struct LoadedSource: Sendable {
  /// What the user called it.
  let name: String
  let scheduler: AnyScheduler
  /// The source in full, for people.
  let origin: String
  /// The source in full, for programs.
  let json: JSONObject
  let warnings: [String]

  init(_ name: String, _ loaded: LoadedScheduler<AnyScheduler>) {
    (self.name, scheduler) = (name, loaded.scheduler)
    switch loaded.source {
    case .file(let path):
      (origin, json, warnings) = (path, ["type": "directory", "path": .string(path)], [])
    case .repository(let file):
      let place = file.origin == .hub ? "fetched" : "in the cache"
      origin = "\(file.repository), \(file.file) at \(file.commit), \(place)"
      json = [
        "type": "repository", "repo_id": .string(file.repository.name),
        "revision": .string(file.revision.name), "commit": .string(file.commit.hex), "file": .string(file.file.text),
        "path": .string(file.path), "origin": .string(file.origin.rawValue),
      ]
      warnings = file.staleness.map { [DownloadRequest.warning($0)] } ?? []
    }
  }
}
