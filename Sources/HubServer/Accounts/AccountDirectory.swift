import Foundation
import GRDB
import HubGit
import HubModel
import Synchronization

/// The accounts of the database as a server asks for them: from memory, read again whenever somebody else has written.
///
/// `PRAGMA data_version` tells so for a few microseconds, as the log that the processes share is looked at and not the
/// disk. A token is found by the hash of its secret: how long that takes says nothing about the secret.
final class AccountDirectory: Sendable {
  private struct Entry {
    let id: Int64
    let account: Account
    let expires: Int64?
    var used: Int64
  }

  private struct State {
    var version: Int64?
    var entries: [Data: Entry] = [:]
    var names: Set<String> = []
  }

  private let path: String
  private let queue: DatabaseQueue
  private let state = Mutex(State())

  init(_ store: AccountStore) throws(HubError) {
    path = store.path
    queue = try AccountSchema.open(store.path)
  }

  /// The account of the token `secret`, or `nil` if there is none, or it has expired or been revoked.
  func account(of secret: String) throws(HubError) -> Account? {
    let (hash, now) = (AccountStore.hash(secret), currentSeconds())
    let found = try current { state in
      guard let entry = state.entries[hash], entry.expires.map({ now < $0 }) != false else { return nil as Entry? }
      if now - entry.used >= Self.coarseness { state.entries[hash]?.used = now }
      return entry
    }
    if let found, now - found.used >= Self.coarseness { note(found.id, now) }
    return found?.account
  }

  /// Whether there is a user or an organisation of that name.
  func knows(_ name: String) throws(HubError) -> Bool { try current { $0.names.contains(name) } }

  /// When a token was last used is written down once an hour.
  private static var coarseness: Int64 { 3600 }

  /// Writes down when a token was used, later: nobody waits for it.
  private func note(_ token: Int64, _ now: Int64) {
    let queue = queue
    Task.detached {
      await GitThreads.run {
        // A note that cannot be made is not worth a failure.
        _ = try? queue.write { database in
          try database.execute(sql: "UPDATE token SET used = ? WHERE id = ?", arguments: [now, token])
        }
      }
    }
  }

  private func current<Value>(_ body: (inout State) -> sending Value) throws(HubError) -> Value {
    let result: Result<Value, HubError> = state.withLock { state in
      do throws(HubError) {
        try refresh(&state)
        return .success(body(&state))
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  private func refresh(_ state: inout State) throws(HubError) {
    let (known, latest) = (state.version, state)
    let refreshed: State? = try AccountStore.translating(path) {
      try queue.writeWithoutTransaction { database in
        // Read before the tables are: what is written in between is found the next time.
        let version = try Int64.fetchOne(database, sql: "PRAGMA data_version")
        if version == known { return nil }
        return try Self.load(database, version, latest)
      }
    }
    if let refreshed { state = refreshed }
  }

  private static func load(_ database: Database, _ version: Int64?, _ old: State) throws -> State {
    var state = State(version: version)
    state.names = Set(try String.fetchAll(database, sql: "SELECT name FROM owner"))
    for row in try Row.fetchAll(database, sql: "SELECT * FROM token WHERE revoked IS NULL") {
      let (id, user, hash): (Int64, String, Data) = (row["id"], row["user"], row["hash"])
      let memberships = AccountStore.memberships(
        try Row.fetchAll(
          database, sql: "SELECT organization AS name, role FROM membership WHERE user = ?", arguments: [user]))
      let targets = try AccountStore.targets(of: id, database)
      let known = try targets.map { try TokenScope.Target($0) }
      let account = Account(
        token: row["name"], user: user, role: Account.Role(rawValue: row["role"]) ?? .read, memberships: memberships,
        scope: TokenScope(known))
      let used = max(row["used"] as Int64? ?? 0, old.entries[hash]?.used ?? 0)
      state.entries[hash] = Entry(id: id, account: account, expires: row["expires"], used: used)
    }
    return state
  }
}
