import GRDB
import HubCache
import HubModel
import PythonJSON

/// Bringing the index up to the files.
extension CacheIndex {
  /// Looks again at every repository whose folders have changed since it was recorded, and drops those that are gone.
  ///
  /// - Returns: `false` if there is no index to be had.
  func refresh() throws(HubError) -> Bool {
    let stamps = try stamps()
    let recorded = store.perform(.reading, Self.fetchStamps)
    // Nothing to record, so nothing to make an index for.
    if recorded == nil, stamps.isEmpty { return false }
    let known = recorded ?? [:]
    let changed = stamps.filter { known[$0.key] != $0.value }
    let gone = known.keys.filter { stamps[$0] == nil }
    guard !changed.isEmpty || !gone.isEmpty else { return recorded != nil }
    let scan = try CacheScan(layout, only: Set(changed.keys))
    let listings = Self.listings(of: scan)
    let isDone: Void? = store.perform(.rebuilding) { database in
      try replace(gone, by: scan, changed, listings, in: database)
    }
    guard isDone != nil else { return false }
    // An index that was damaged is a new one now, and has nothing of what had not changed.
    let left = store.perform(.reading, Self.fetchStamps) ?? [:]
    if known.keys.contains(where: { stamps[$0] != nil && left[$0] == nil }) {
      rebuild(from: try CacheScan(layout), stamps)
    }
    return true
  }

  /// Records all that a scan has found, in place of what is known of it.
  ///
  /// - Parameter stamps: The stamps from before the scan: what has changed since is then looked at again.
  func rebuild(from scan: CacheScan, _ stamps: [RepositoryID: String]) {
    let listings = Self.listings(of: scan)
    store.perform(.rebuilding) { database in
      let found = Set(scan.repositories.map(\.id))
      let gone = try Self.fetchStamps(database).keys.filter { !found.contains($0) }
      try replace(gone, by: scan, stamps, listings, in: database)
    }
  }

  /// Removes what is gone, and writes down what a scan has found.
  ///
  /// - Throws: A `DatabaseError` for a damaged index too. A name with a wrong bit is in the table and not in the table's index, or
  ///   the other way round, for which no statement fails; then what was removed is still there, or what was written is not.
  private func replace(
    _ gone: [RepositoryID], by scan: CacheScan, _ stamps: [RepositoryID: String],
    _ listings: [RepositoryID: [ETag: Int64]], in database: Database
  ) throws {
    for id in gone { try remove(id, in: database) }
    for repository in scan.repositories { try write(repository, stamps[repository.id] ?? "", listings, in: database) }
    let left = Set(try Self.fetchStamps(database).keys)
    guard left.isDisjoint(with: gone), left.isSuperset(of: scan.repositories.map(\.id)) else {
      throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "a row is not found by its name")
    }
  }

  /// The stamp of every repository in the cache.
  func stamps() throws(HubError) -> [RepositoryID: String] {
    var stamps: [RepositoryID: String] = [:]
    for name in try Disk.names(in: layout.root) {
      guard let id = CacheLayout.repository(folderName: name) else { continue }
      stamps[id] = stamp(ofFolder: "\(layout.root)/\(name)")
    }
    return stamps
  }

  /// A text that changes when something is fetched into a repository's folder or removed from it: a hash (FNV-1a) of
  /// when its folders were last written.
  private func stamp(ofFolder folder: String) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    func add(_ path: String) {
      // Absence: what may not be looked at has no time, and the scan says so.
      let status = try? Disk.status(path)
      for word in [status?.inode ?? 0, status?.modified.bitPattern ?? 0] { hash = (hash ^ word) &* 0x100_0000_01b3 }
    }
    for name in ["", "/blobs", "/refs", "/snapshots"] { add(folder + name) }
    for name in (try? Disk.names(in: folder + "/snapshots")) ?? [] { add("\(folder)/snapshots/\(name)") }
    return String(hash, radix: 16)
  }

  private static func fetchStamps(_ database: Database) throws -> [RepositoryID: String] {
    let rows = try Row.fetchAll(database, sql: "SELECT kind, name, stamp FROM repository")
    let pairs = rows.compactMap { row in row.repository.map { ($0, row.text("stamp") ?? "") } }
    return Dictionary(pairs, uniquingKeysWith: { $1 })
  }

  /// The lengths that the listings of a scan's commits announce, by repository.
  private static func listings(of scan: CacheScan) -> [RepositoryID: [ETag: Int64]] {
    var sizes: [RepositoryID: [ETag: Int64]] = [:]
    for repository in scan.repositories {
      let cache = RepositoryCache(scan.layout, repository.id)
      for revision in repository.revisions {
        for entry in cache.listing(of: revision.commit)?.entries ?? [] {
          sizes[repository.id, default: [:]][entry.etag] = entry.size
        }
      }
    }
    return sizes
  }

  private func remove(_ id: RepositoryID, in database: Database) throws {
    try database.execute(
      sql: "DELETE FROM repository WHERE kind = ? AND name = ?", arguments: [id.kind.rawValue, id.name])
  }

  private func write(
    _ repository: CachedRepository, _ stamp: String, _ listings: [RepositoryID: [ETag: Int64]], in database: Database
  ) throws {
    let id = try identifier(of: repository.id, in: database)
    try database.execute(
      sql: "UPDATE repository SET stamp = ?, size = ?, contents = ?, accessed = ?, modified = ? WHERE id = ?",
      arguments: [
        stamp, repository.size, repository.contents.count, repository.lastAccessed, repository.lastModified, id,
      ])
    let uses = try fetchUses(of: id, in: database)
    for table in ["revision", "ref", "file", "scheduler"] {
      try database.execute(sql: "DELETE FROM \(table) WHERE repository = ?", arguments: [id])
    }
    for revision in repository.revisions { try write(revision, of: id, uses, in: database) }
    try write(repository.contents, of: id, announced: listings[repository.id] ?? [:], in: database)
  }

  private struct File: Hashable {
    let hash: String, path: String
  }

  private func fetchUses(of id: Int64, in database: Database) throws -> [File: Double] {
    let rows = try Row.fetchAll(
      database, sql: "SELECT hash, path, used FROM file WHERE repository = ? AND used IS NOT NULL", arguments: [id])
    return Dictionary(
      rows.map { (File(hash: $0.text("hash") ?? "", path: $0.text("path") ?? ""), $0.number("used") ?? 0) },
      uniquingKeysWith: { $1 })
  }

  private func write(
    _ revision: CachedRevision, of id: Int64, _ uses: [File: Double], in database: Database
  ) throws {
    let hash = revision.commit.hex
    try database.execute(
      sql: "INSERT INTO revision VALUES (?, ?, ?, ?, ?)",
      arguments: [id, hash, revision.size, revision.files.count, revision.lastModified])
    for ref in revision.refs {
      try database.execute(sql: "INSERT INTO ref VALUES (?, ?, ?)", arguments: [id, ref, hash])
    }
    for file in revision.files {
      let used = uses[File(hash: hash, path: file.path.text)]
      try database.execute(
        sql: "INSERT INTO file VALUES (?, ?, ?, ?, ?)",
        arguments: [id, hash, file.path.text, file.content.etag?.hex, used])
      guard let (name, values) = SchedulerFiles.configuration(in: file) else { continue }
      try database.execute(
        sql: "INSERT INTO scheduler VALUES (?, ?, ?, ?, ?)",
        arguments: [id, hash, file.path.text, name, JSONValue.object(values).text(.compact, sortedKeys: false)])
    }
  }

  /// Records lengths: what a listing announced counts more than what was recorded, and that more than what is there.
  private func write(
    _ contents: [CachedContent], of id: Int64, announced: [ETag: Int64], in database: Database
  ) throws {
    for (etag, size) in announced {
      try database.execute(sql: "INSERT OR REPLACE INTO content VALUES (?, ?, ?)", arguments: [id, etag.hex, size])
    }
    for content in contents {
      guard let etag = content.etag else { continue }
      try database.execute(
        sql: "INSERT OR IGNORE INTO content VALUES (?, ?, ?)", arguments: [id, etag.hex, content.size])
    }
  }
}
