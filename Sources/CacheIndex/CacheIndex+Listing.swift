import GRDB
import HubCache
public import HubModel
public import PythonJSON

extension CacheIndex {
  /// Every repository in the cache, sorted by kind and name.
  ///
  /// - Throws: What the disk says of the cache; never anything about the index.
  public func repositories() throws(HubError) -> [IndexedRepository] {
    if try refresh(), let found = store.perform(.reading, Self.fetchRepositories) { return found }
    return try CacheScan(layout).repositories.map(IndexedRepository.init)
  }

  /// The schedulers' configurations in the cache.
  ///
  /// - Parameters:
  ///   - className: Only those of this class, as `_class_name` has it.
  ///   - values: Only those that have these values; `1` and `1.0` are one value here.
  /// - Throws: What the disk says of the cache; never anything about the index.
  public func schedulers(
    className: String? = nil, having values: [String: JSONValue] = [:]
  ) throws(HubError) -> [IndexedScheduler] {
    var found: [IndexedScheduler]?
    if try refresh() { found = store.perform(.reading) { try Self.fetchSchedulers(className, in: $0) } }
    if found == nil {
      found = Self.schedulers(in: try CacheScan(layout)).filter { className == nil || $0.className == className }
    }
    return (found ?? []).filter { scheduler in
      values.allSatisfy { key, value in scheduler.configuration[key].map { $0.isSame(as: value) } ?? false }
    }
  }

  private static func fetchRepositories(_ database: Database) throws -> [IndexedRepository] {
    let refs = try fetchRefs(database)
    var revisions: [Int64: [IndexedRepository.Revision]] = [:]
    for row in try Row.fetchAll(database, sql: "SELECT * FROM revision ORDER BY repository, hash") {
      guard let id = row.integer("repository"), let commit = row.text("hash").flatMap({ CommitID($0) }),
        let size = row.integer("size"), let files = row.integer("files")
      else { continue }
      revisions[id, default: []].append(
        .init(
          commit: commit, refs: refs[Snapshot(id, commit.hex)] ?? [], size: size, fileCount: Int(clamping: files),
          modified: row.number("modified") ?? 0))
    }
    // A row that no look at the files has filled is only a hint.
    let rows = try Row.fetchAll(database, sql: "SELECT * FROM repository WHERE stamp != ''")
    return rows.compactMap { row -> IndexedRepository? in
      guard let id = row.integer("id"), let repository = row.repository, let size = row.integer("size") else {
        return nil
      }
      return IndexedRepository(
        id: repository, size: size, contentCount: Int(clamping: row.integer("contents") ?? 0),
        accessed: max(row.number("accessed") ?? 0, row.number("used") ?? 0), modified: row.number("modified") ?? 0,
        revisions: revisions[id] ?? [])
    }.sorted { $0.id < $1.id }
  }

  private struct Snapshot: Hashable {
    let repository: Int64, hash: String
    init(_ repository: Int64, _ hash: String) { (self.repository, self.hash) = (repository, hash) }
  }

  private static func fetchRefs(_ database: Database) throws -> [Snapshot: [String]] {
    var refs: [Snapshot: [String]] = [:]
    for row in try Row.fetchAll(database, sql: "SELECT * FROM ref ORDER BY repository, name") {
      guard let id = row.integer("repository"), let name = row.text("name"), let hash = row.text("hash") else {
        continue
      }
      refs[Snapshot(id, hash), default: []].append(name)
    }
    return refs
  }

  private static func fetchSchedulers(_ className: String?, in database: Database) throws -> [IndexedScheduler] {
    let refs = try fetchRefs(database)
    let rows = try Row.fetchAll(
      database,
      sql: """
        SELECT scheduler.*, kind, name FROM scheduler JOIN repository ON repository = repository.id
        WHERE ?1 IS NULL OR class = ?1
        """, arguments: [className])
    return rows.compactMap { row -> IndexedScheduler? in
      guard let repository = row.repository, let commit = row.text("hash").flatMap({ CommitID($0) }),
        let path = row.text("path").flatMap({ try? RepositoryPath($0) }),  // absence: a damaged row is none
        let name = row.text("class"), let text = row.text("configuration"),
        let values = (try? JSONValue(parsing: text))?.object
      else { return nil }
      let id = row.integer("repository") ?? 0
      return IndexedScheduler(
        repository: repository, commit: commit, refs: refs[Snapshot(id, commit.hex)] ?? [], path: path, className: name,
        configuration: values)
    }.sorted(by: Self.isBefore)
  }

  private static func schedulers(in scan: CacheScan) -> [IndexedScheduler] {
    scan.repositories.flatMap { repository in
      repository.revisions.flatMap { revision in
        revision.files.compactMap { file in
          SchedulerFiles.configuration(in: file).map {
            IndexedScheduler(
              repository: repository.id, commit: revision.commit, refs: revision.refs, path: file.path,
              className: $0.className, configuration: $0.values)
          }
        }
      }
    }
  }

  private static func isBefore(_ a: IndexedScheduler, _ b: IndexedScheduler) -> Bool {
    (a.repository, a.commit, a.path) < (b.repository, b.commit, b.path)
  }
}

extension JSONValue {
  /// Whether both are one value to somebody who searches: numbers by their value, all else as it is.
  fileprivate func isSame(as other: JSONValue) -> Bool {
    guard let number, let otherNumber = other.number else { return self == other }
    return number == otherNumber || (number.isNaN && otherNumber.isNaN)
  }
}
