import Foundation
import HTTPTypes
import HubModel
import Logging
import Synchronization

/// The accounts in force: those of the database and those of the token file, as they are now.
final class Accounts: Sendable {
  private let database: AccountDirectory?
  private let file: WatchedTokenFile?
  private let logger: Logger

  init(database: AccountDirectory?, file: WatchedTokenFile?, logger: Logger) {
    (self.database, self.file, self.logger) = (database, file, logger)
  }

  /// The account that a request's `Authorization` names; `nil` without one.
  ///
  /// - Throws: ``Refusal/badToken`` for a token that is unknown, expired or revoked, or a scheme other than Bearer and
  ///   Basic; 503 if the database cannot be read.
  func caller(_ authorization: String?) throws(Refusal) -> Account? {
    guard let authorization else { return nil }
    guard let secret = Self.secret(in: authorization) else { throw Refusal.badToken }
    if let account = try read({ database throws(HubError) in try database.account(of: secret) }) { return account }
    guard let account = file?.current().account(of: secret) else { throw Refusal.badToken }
    return account
  }

  /// Whether there is a user or an organisation of that name.
  func knows(_ name: String) throws(Refusal) -> Bool {
    if file?.current().knows(name) == true { return true }
    return try read { database throws(HubError) in try database.knows(name) ? true : nil } == true
  }

  private func read<Value>(_ body: (AccountDirectory) throws(HubError) -> Value?) throws(Refusal) -> Value? {
    guard let database else { return nil }
    do throws(HubError) {
      return try body(database)
    } catch {
      logger.error("the accounts cannot be read", metadata: ["reason": "\(error.explanation)"])
      throw Refusal(.serviceUnavailable, "The server cannot read its accounts; its log says why")
    }
  }

  /// The token in `Bearer TOKEN`, or in `Basic USER:TOKEN` for any user: git, git-lfs and old clients send that.
  static func secret(in authorization: String) -> String? {
    let words = authorization.split(separator: " ", maxSplits: 1)
    guard words.count == 2 else { return nil }
    switch words[0].lowercased() {
    case "bearer": return String(words[1])
    case "basic":
      guard let data = Data(base64Encoded: String(words[1])), let pair = String(validating: data, as: UTF8.self),
        let colon = pair.utf8.firstIndex(of: UInt8(ascii: ":"))
      else { return nil }
      return String(pair.utf8[pair.utf8.index(after: colon)...])
    default: return nil
    }
  }
}

/// Where a hub looks for its accounts: a database may appear while it runs.
final class AccountSource: Sendable {
  private let root: String
  private let file: WatchedTokenFile?
  private let logger: Logger
  private let accounts: Mutex<Accounts?>

  /// The accounts of the hub in the directory `root`, with those of a token file.
  ///
  /// - Throws: `configuration` for a token file or a database that cannot be used.
  init(root: String, tokenFile: String?, logger: Logger) throws(HubError) {
    (self.root, self.logger) = (root, logger)
    file = try tokenFile.map { path throws(HubError) in try WatchedTokenFile(path: path, logger: logger) }
    accounts = Mutex(nil)
    let found = try open()
    accounts.withLock { $0 = found }
  }

  /// The accounts; `nil` while there are none at all.
  func current() -> Accounts? {
    accounts.withLock { accounts in
      if accounts?.isComplete == true { return accounts }
      do throws(HubError) {
        accounts = try open()
      } catch {
        logger.error("the accounts cannot be opened", metadata: ["reason": "\(error.explanation)"])
      }
      return accounts
    }
  }

  private func open() throws(HubError) -> Accounts? {
    let store = AccountStore(root: root)
    let database = store.exists ? try AccountDirectory(store) : nil
    if database == nil && file == nil { return nil }
    return Accounts(database: database, file: file, logger: logger)
  }
}

extension Accounts {
  /// Whether the database is open, so that there is none to look for.
  fileprivate var isComplete: Bool { database != nil }
}

/// A token file that is read again whenever it has changed.
final class WatchedTokenFile: Sendable {
  private struct State {
    var file: TokenFile
    var version: FileVersion?
  }

  private let path: String
  private let logger: Logger
  private let state: Mutex<State>

  init(path: String, logger: Logger) throws(HubError) {
    (self.path, self.logger) = (path, logger)
    let version = FileVersion(path: path)
    state = Mutex(State(file: try TokenFile(path: path), version: version))
  }

  /// The file as it is; as it was if it cannot be read.
  func current() -> TokenFile {
    state.withLock { state in
      let version = FileVersion(path: path)
      if version != state.version {
        state.version = version
        do {
          state.file = try TokenFile(path: path)
        } catch {
          logger.error("the tokens stay as they were", metadata: ["reason": "\(error)"])
        }
      }
      return state.file
    }
  }
}
