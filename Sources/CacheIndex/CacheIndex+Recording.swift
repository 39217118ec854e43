import Foundation
import GRDB
public import HubCache
public import HubModel
import Synchronization

/// Hints that downloads leave. Each may be lost, and none is worth an error.
extension CacheIndex {
  /// Records a file of a commit, with its content and that content's length as the hub announced it.
  public func record(
    _ file: RepositoryPath, at commit: CommitID, _ etag: ETag, size: Int64?, in repository: RepositoryID
  ) {
    store.perform(.hinting) { database in
      let id = try identifier(of: repository, in: database)
      try database.execute(
        sql: "INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?, ?)",
        arguments: [id, commit.hex, file.text, etag.hex, Date().timeIntervalSince1970])
      if let size { try record(etag, size, of: id, in: database) }
      try database.execute(
        sql: "UPDATE repository SET used = ? WHERE id = ?", arguments: [Date().timeIntervalSince1970, id])
    }
  }

  /// Records the lengths of all contents of a commit, which its listing knows before any of them is fetched.
  public func record(_ listing: SnapshotListing, of repository: RepositoryID) {
    store.perform(.hinting) { database in
      let id = try identifier(of: repository, in: database)
      for entry in listing.entries { try record(entry.etag, entry.size, of: id, in: database) }
    }
  }

  /// Records which commit a revision is.
  public func record(_ revision: Revision, is commit: CommitID, in repository: RepositoryID) {
    guard revision.commit == nil else { return }
    store.perform(.hinting) { database in
      let id = try identifier(of: repository, in: database)
      try database.execute(
        sql: "INSERT OR REPLACE INTO ref VALUES (?, ?, ?)", arguments: [id, revision.name, commit.hex])
    }
  }

  /// How exactly the time of the last use is kept, in seconds: a read is not turned into a write each time.
  static let useResolution: Double = 600

  /// Records that a file was given out.
  public func touch(_ file: RepositoryPath, at commit: CommitID, in repository: RepositoryID) {
    guard isFirstTouch("\(repository)/\(commit)/\(file)") else { return }
    let now = Date().timeIntervalSince1970
    let known = store.perform(.reading) { database in
      try Row.fetchOne(
        database,
        sql: """
          SELECT repository.id, file.used FROM file JOIN repository ON repository = repository.id
          WHERE kind = ? AND name = ? AND hash = ? AND path = ?
          """, arguments: [repository.kind.rawValue, repository.name, commit.hex, file.text])
    }
    guard let row = known.flatMap(\.self), let id = row.integer("id") else { return }
    // A clock that was wrong once must not keep the time for ever.
    if let used = row.number("used"), abs(now - used) < Self.useResolution { return }
    store.perform(.hinting) { database in
      try database.execute(
        sql: "UPDATE file SET used = ? WHERE repository = ? AND hash = ? AND path = ?",
        arguments: [now, id, commit.hex, file.text])
      try database.execute(sql: "UPDATE repository SET used = ? WHERE id = ?", arguments: [now, id])
    }
  }

  /// Whether this process has not touched a file within the time that is told apart.
  private func isFirstTouch(_ key: String) -> Bool {
    touched.withLock { touched in
      if let last = touched[key], ContinuousClock.now - last < .seconds(Self.useResolution) { return false }
      // A process that goes through more files than that begins to remember anew.
      if touched.count >= 4096 { touched.removeAll() }
      touched[key] = .now
      return true
    }
  }

  /// The length that a content of a repository should have, if that was recorded.
  public func size(of etag: ETag, in repository: RepositoryID) -> Int64? {
    let value = store.perform(.reading) { database in
      try Row.fetchOne(
        database,
        sql: """
          SELECT content.size AS size FROM content JOIN repository ON repository = repository.id
          WHERE kind = ? AND name = ? AND etag = ?
          """, arguments: [repository.kind.rawValue, repository.name, etag.hex])
    }
    return value.flatMap(\.self)?.integer("size")
  }

  /// The number of a repository's row, which is made if there is none.
  func identifier(of repository: RepositoryID, in database: Database) throws -> Int64 {
    let names: StatementArguments = [repository.kind.rawValue, repository.name]
    let found = try Row.fetchOne(
      database, sql: "SELECT id FROM repository WHERE kind = ? AND name = ?", arguments: names)
    if let id = found?.integer("id") { return id }
    try database.execute(sql: "INSERT INTO repository (kind, name) VALUES (?, ?)", arguments: names)
    return database.lastInsertedRowID
  }

  private func record(_ etag: ETag, _ size: Int64, of id: Int64, in database: Database) throws {
    try database.execute(sql: "INSERT OR REPLACE INTO content VALUES (?, ?, ?)", arguments: [id, etag.hex, size])
  }
}
