import GRDB
import HubModel

/// The tables, and how a connection is set up.
enum IndexSchema {
  /// The version of the tables. An older index is emptied, as all of it can be made again; a newer one is left alone.
  static let version = 1
  /// How many milliseconds a hint waits for another writer.
  static let patience = 100

  /// An index that a newer version of this program has made.
  struct Newer: Error {}

  /// Opens the database at `path`, with empty tables if there is none.
  static func open(_ path: String) throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.busyMode = .timeout(Double(patience) / 1000)
    configuration.prepareDatabase { database in
      try database.execute(sql: "PRAGMA synchronous = NORMAL")
    }
    let queue = try DatabaseQueue(path: path, configuration: configuration)
    try queue.writeWithoutTransaction { database in
      let found = Int.fromDatabaseValue(try DatabaseValue.fetchOne(database, sql: "PRAGMA user_version") ?? .null) ?? 0
      guard found <= version else { throw Newer() }
      if found < version { try create(in: database) }
    }
    return queue
  }

  private static func create(in database: Database) throws {
    // Kept in the file; only an index that is made anew pays for it.
    try database.execute(sql: "PRAGMA journal_mode = WAL")
    try database.inTransaction(.immediate) {
      let found = Int.fromDatabaseValue(try DatabaseValue.fetchOne(database, sql: "PRAGMA user_version") ?? .null) ?? 0
      // Another process may have been faster.
      guard found < version else { return .rollback }
      for name in try String.fetchAll(
        database, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
      {
        try database.execute(sql: "DROP TABLE \(name.quotedDatabaseIdentifier)")
      }
      try database.execute(sql: tables)
      try database.execute(sql: "PRAGMA user_version = \(version)")
      return .commit
    }
  }

  private static let tables = """
    CREATE TABLE repository (
      id INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL,
      stamp TEXT NOT NULL DEFAULT '',            -- of its folders when it was last looked at
      size INTEGER NOT NULL DEFAULT 0, contents INTEGER NOT NULL DEFAULT 0,
      accessed REAL NOT NULL DEFAULT 0, modified REAL NOT NULL DEFAULT 0,
      used REAL,                                 -- when we last gave out a file of it
      UNIQUE (kind, name)
    );
    CREATE TABLE revision (
      repository INTEGER NOT NULL REFERENCES repository ON DELETE CASCADE, hash TEXT NOT NULL,
      size INTEGER NOT NULL, files INTEGER NOT NULL, modified REAL NOT NULL,
      PRIMARY KEY (repository, hash)
    ) WITHOUT ROWID;
    CREATE TABLE ref (
      repository INTEGER NOT NULL REFERENCES repository ON DELETE CASCADE, name TEXT NOT NULL, hash TEXT NOT NULL,
      PRIMARY KEY (repository, name)
    ) WITHOUT ROWID;
    CREATE TABLE file (
      repository INTEGER NOT NULL REFERENCES repository ON DELETE CASCADE, hash TEXT NOT NULL, path TEXT NOT NULL,
      etag TEXT, used REAL,
      PRIMARY KEY (repository, hash, path)
    ) WITHOUT ROWID;
    CREATE TABLE content (
      repository INTEGER NOT NULL REFERENCES repository ON DELETE CASCADE, etag TEXT NOT NULL, size INTEGER NOT NULL,
      PRIMARY KEY (repository, etag)
    ) WITHOUT ROWID;
    CREATE TABLE scheduler (
      repository INTEGER NOT NULL REFERENCES repository ON DELETE CASCADE, hash TEXT NOT NULL, path TEXT NOT NULL,
      class TEXT NOT NULL, configuration TEXT NOT NULL,
      PRIMARY KEY (repository, hash, path)
    ) WITHOUT ROWID;
    CREATE INDEX scheduler_class ON scheduler (class);
    """
}

extension Row {
  /// A column's text, or `nil` if it holds something else: a damaged database may hold anything anywhere.
  func text(_ column: String) -> String? { (self[column] as DatabaseValue?).flatMap(String.fromDatabaseValue) }
  /// A column's integer, likewise.
  func integer(_ column: String) -> Int64? { (self[column] as DatabaseValue?).flatMap(Int64.fromDatabaseValue) }
  /// A column's number, likewise.
  func number(_ column: String) -> Double? { (self[column] as DatabaseValue?).flatMap(Double.fromDatabaseValue) }

  /// The repository in the columns `kind` and `name`.
  var repository: RepositoryID? {
    guard let kind = text("kind").flatMap(RepositoryID.Kind.init(rawValue:)), let name = text("name") else {
      return nil
    }
    return try? RepositoryID(name, kind: kind)  // absence: a damaged row is none
  }
}
