import CacheIndex
import HubModel
import PythonJSON

/// The repositories of a cache as `hf cache ls` lists them.
struct RepositoryList: Sendable {
  private let repositories: [IndexedRepository]
  private let now: Double

  init(_ repositories: [IndexedRepository], now: Double) { (self.repositories, self.now) = (repositories, now) }

  /// A line for each repository.
  var report: Report {
    guard !repositories.isEmpty else { return Report(json: ["repositories": []], text: "The cache is empty.") }
    var table = Table([
      ("ID", .left), ("SIZE", .right), ("LAST USED", .left), ("MODIFIED", .left), ("REFS", .left),
    ])
    let rows = repositories.map { repository -> JSONValue in
      table.add([
        cacheID(repository.id), byteCount(repository.size), Moment(seconds: repository.accessed).ago(from: now),
        Moment(seconds: repository.modified).ago(from: now), repository.refs.joined(separator: ", "),
      ])
      return .object(json(of: repository))
    }
    let total = repositories.reduce(Int64(0)) { $0 + $1.size }
    return Report(
      json: ["repositories": .array(rows), "size": .integer(Int(total))],
      text: table.text + "\n\(count(repositories.count, "repository", plural: "repositories")), \(byteCount(total))")
  }

  /// A line for each commit.
  var revisionReport: Report {
    var table = Table([
      ("ID", .left), ("REVISION", .left), ("SIZE", .right), ("FILES", .right), ("MODIFIED", .left), ("REFS", .left),
    ])
    var rows: [JSONValue] = []
    for repository in repositories {
      for revision in repository.revisions {
        table.add([
          cacheID(repository.id), revision.commit.hex, byteCount(revision.size), "\(revision.fileCount)",
          Moment(seconds: revision.modified).ago(from: now), revision.refs.joined(separator: ", "),
        ])
        var row = names(of: repository.id)
        row["revision"] = .string(revision.commit.hex)
        row["size"] = .integer(Int(revision.size))
        row["files"] = .integer(revision.fileCount)
        row["last_modified"] = .string(Moment(seconds: revision.modified).text)
        row["refs"] = .array(revision.refs.map { .string($0) })
        rows.append(.object(row))
      }
    }
    return Report(json: ["revisions": .array(rows)], text: table.isEmpty ? "The cache is empty." : table.text)
  }

  private func names(of id: RepositoryID) -> JSONObject {
    ["id": .string(cacheID(id)), "repo_id": .string(id.name), "repo_type": .string(id.kind.rawValue)]
  }

  private func json(of repository: IndexedRepository) -> JSONObject {
    var object = names(of: repository.id)
    object["size"] = .integer(Int(repository.size))
    object["last_accessed"] = .string(Moment(seconds: repository.accessed).text)
    object["last_modified"] = .string(Moment(seconds: repository.modified).text)
    object["refs"] = .array(repository.refs.map { .string($0) })
    return object
  }
}

/// A repository as the commands for caches name it, its kind first: `model/org/name`.
func cacheID(_ repository: RepositoryID) -> String { "\(repository.kind.rawValue)/\(repository.name)" }

/// The schedulers' configurations of a cache.
struct SchedulerList: Sendable {
  private let schedulers: [IndexedScheduler]

  init(_ schedulers: [IndexedScheduler]) { self.schedulers = schedulers }

  /// A line for each.
  var report: Report {
    var table = Table([("CLASS", .left), ("ID", .left), ("FILE", .left), ("REVISION", .left), ("REFS", .left)])
    let rows = schedulers.map { scheduler -> JSONValue in
      table.add([
        scheduler.className, cacheID(scheduler.repository), scheduler.path.text, scheduler.commit.hex,
        scheduler.refs.joined(separator: ", "),
      ])
      return [
        "class": .string(scheduler.className), "repo_id": .string(scheduler.repository.name),
        "repo_type": .string(scheduler.repository.kind.rawValue), "file": .string(scheduler.path.text),
        "revision": .string(scheduler.commit.hex), "refs": .array(scheduler.refs.map { .string($0) }),
        "config": .object(scheduler.configuration),
      ]
    }
    return Report(json: ["schedulers": .array(rows)], text: table.isEmpty ? "There is no such scheduler." : table.text)
  }
}
