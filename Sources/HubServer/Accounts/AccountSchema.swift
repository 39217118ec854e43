import Foundation
import GRDB
import HubGit
import HubModel

/// The tables of the accounts, and how a connection is set up.
enum AccountSchema {
  /// The version of the tables. Migrations only add; a database of a newer version is refused.
  static let version = 1

  /// Opens the database at `path`, readable by its owner alone; made if it is not there.
  ///
  /// - Throws: `configuration` with what is wrong with the file, `system` if it cannot be made.
  static func open(_ path: String) throws(HubError) -> DatabaseQueue {
    func refuse(_ reason: String, _ cause: (any Error)? = nil) -> HubError {
      HubError(.configuration(source: path, reason: reason), cause: cause)
    }
    try create(path)
    var status = stat()
    guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { throw refuse("it is no file") }
    guard status.st_mode & 0o077 == 0 else { throw refuse("others can read it; run 'chmod 600 \(path)'") }
    do {
      return try connect(path)
    } catch is Newer {
      throw refuse("a newer version of this program has made it")
    } catch {
      throw refuse("the database cannot be opened: \(printable("\(error)", limit: 200))", error)
    }
  }

  private struct Newer: Error {}

  /// Makes an empty file that nobody else may read; SQLite gives its log the same permissions.
  private static func create(_ path: String) throws(HubError) {
    let descriptor = Foundation.open(path, O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw HubError(.system(call: "open", path: path, errno: errno)) }
    close(descriptor)
  }

  private static func connect(_ path: String) throws -> DatabaseQueue {
    var configuration = GRDB.Configuration()
    configuration.busyMode = .timeout(5)
    configuration.prepareDatabase { database in
      // A token that was revoked stays revoked when the power fails.
      try database.execute(sql: "PRAGMA synchronous = FULL")
    }
    let queue = try DatabaseQueue(path: path, configuration: configuration)
    try queue.writeWithoutTransaction { database in
      guard try found(database) <= version else { throw Newer() }
      if try found(database) == version { return }
      try database.execute(sql: "PRAGMA journal_mode = WAL")
      try database.inTransaction(.immediate) {
        // Another process may have been faster.
        guard try found(database) < version else { return .rollback }
        try database.execute(sql: tables)
        try database.execute(sql: "PRAGMA user_version = \(version)")
        return .commit
      }
    }
    return queue
  }

  private static func found(_ database: Database) throws -> Int {
    try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
  }

  /// Users and organisations share one table, as they share one space of names. Times are seconds since 1970.
  private static let tables = """
    CREATE TABLE owner (
      name TEXT PRIMARY KEY COLLATE NOCASE, kind TEXT NOT NULL CHECK (kind IN ('user', 'organization')),
      fullname TEXT, email TEXT, created INTEGER NOT NULL
    );
    CREATE TABLE membership (
      organization TEXT NOT NULL COLLATE NOCASE REFERENCES owner ON DELETE CASCADE,
      user TEXT NOT NULL COLLATE NOCASE REFERENCES owner ON DELETE CASCADE,
      role TEXT NOT NULL CHECK (role IN ('read', 'write', 'admin')),
      PRIMARY KEY (organization, user)
    ) WITHOUT ROWID;
    CREATE TABLE token (
      id INTEGER PRIMARY KEY, user TEXT NOT NULL COLLATE NOCASE REFERENCES owner ON DELETE CASCADE,
      name TEXT NOT NULL,
      hash BLOB NOT NULL UNIQUE,                 -- SHA-256 of the secret, which is nowhere
      role TEXT NOT NULL CHECK (role IN ('read', 'write')),
      created INTEGER NOT NULL, expires INTEGER, used INTEGER, revoked INTEGER,
      UNIQUE (user, name)
    );
    CREATE TABLE target (                        -- what a token is limited to; none for everything
      token INTEGER NOT NULL REFERENCES token ON DELETE CASCADE, name TEXT NOT NULL,
      PRIMARY KEY (token, name)
    ) WITHOUT ROWID;
    """
}
