import Crypto
import Foundation
import GRDB
public import HubModel

/// The hub's users, organisations and tokens: `ROOT/accounts.sqlite`.
///
/// What a value does is one transaction, on the disk when it returns, and counts in a running server at its next
/// request. Calls block for a moment; nothing is open between them.
public struct AccountStore: Sendable {
  /// The file.
  public let path: String

  /// The accounts of the hub in the directory `root`, whether there are any yet or not.
  public init(root: String) { path = root + "/accounts.sqlite" }

  /// Whether the file is there.
  public var exists: Bool { FileManager.default.fileExists(atPath: path) }

  /// Changes the database, which is made if it is not there.
  func change<Value>(_ body: (Database) throws -> Value) throws(HubError) -> Value {
    let queue = try AccountSchema.open(path)
    return try Self.translating(path) { try queue.write(body) }
  }

  /// Reads the database; `nil` if there is none.
  func read<Value>(_ body: (Database) throws -> Value) throws(HubError) -> Value? {
    guard exists else { return nil }
    let queue = try AccountSchema.open(path)
    return try Self.translating(path) { try queue.read(body) }
  }

  /// Runs `body` with its errors in our words.
  static func translating<Value>(_ path: String, _ body: () throws -> Value) throws(HubError) -> Value {
    do {
      return try body()
    } catch let error as HubError {
      throw error
    } catch let error as DatabaseError where error.resultCode == .SQLITE_FULL {
      throw HubError(.diskFull(path: path, needed: nil, free: nil), cause: error)
    } catch {
      throw HubError(.configuration(source: path, reason: printable("\(error)", limit: 200)), cause: error)
    }
  }

  /// What is wrong with the database, in words; empty if nothing is, or there is none.
  ///
  /// - Throws: `configuration` if it cannot even be opened.
  public func flaws() throws(HubError) -> [String] {
    try read { database in
      let integrity = try String.fetchAll(database, sql: "PRAGMA integrity_check").filter { $0 != "ok" }
      let orphans = try Row.fetchAll(database, sql: "PRAGMA foreign_key_check").map { row in
        "a row of the table \(row["table"] as String? ?? "?") belongs to nothing"
      }
      return integrity + orphans
    } ?? []
  }
}

/// Now, in seconds since 1970.
func currentSeconds() -> Int64 { Int64(Date().timeIntervalSince1970) }
