import Crypto
import Foundation
import GRDB
public import HubModel

extension AccountStore {
  /// A token, without its secret, which is nowhere.
  public struct TokenRecord: Hashable, Sendable {
    /// The user.
    public let user: String
    /// The token's name, one of the user's.
    public let name: String
    /// What it may do.
    public let role: Account.Role
    /// What it is limited to; empty for everything of the user's.
    public let targets: [String]
    /// When it was made, in seconds since 1970.
    public let created: Int64
    /// When it ends; `nil` for never.
    public let expires: Int64?
    /// When it was last seen, to the hour; `nil` for never.
    public let used: Int64?
    /// When it was revoked; `nil` if it was not.
    public let revoked: Int64?

    /// Whether it opens anything at the time `now`.
    public func isValid(at now: Int64) -> Bool { revoked == nil && expires.map { now < $0 } != false }
  }

  /// Makes a token, and answers its secret, which nobody can find out again.
  ///
  /// The secret is `hf_` and 40 random letters and digits, 238 bits, in the form that clients expect of a token.
  ///
  /// - Parameters:
  ///   - user: Whose token it is.
  ///   - name: The token's name; of one user's tokens no two have the same, not even revoked ones.
  ///   - role: What it may do.
  ///   - scope: What it is limited to; `nil` for all that is the user's to reach.
  ///   - expires: Seconds since 1970 after which it opens nothing.
  /// - Throws: `invalidArgument` for an unknown user or a name that is empty or too long, `conflict` for one taken.
  public func createToken(
    _ name: String, for user: String, role: Account.Role, scope: TokenScope? = nil, expires: Int64? = nil
  ) throws(HubError) -> String {
    guard (1...100).contains(name.utf8.count), name.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
      throw HubError(.invalidArgument(name: "token name", value: name, reason: "it is not 1 to 100 visible bytes"))
    }
    let secret = Self.makeSecret()
    try change { database in
      let user = try Self.require(.user, user, database)
      let isTaken = try Bool.fetchOne(
        database, sql: "SELECT EXISTS (SELECT 1 FROM token WHERE user = ? AND name = ?)", arguments: [user, name])
      if isTaken == true { throw HubError(.conflict("\(user) has a token of the name '\(name)' already")) }
      try database.execute(
        sql: "INSERT INTO token (user, name, hash, role, created, expires) VALUES (?, ?, ?, ?, ?, ?)",
        arguments: [user, name, Self.hash(secret), role.rawValue, currentSeconds(), expires])
      let id = database.lastInsertedRowID
      for target in scope?.targets ?? [] {
        try database.execute(
          sql: "INSERT INTO target (token, name) VALUES (?, ?)", arguments: [id, target.description])
      }
    }
    return secret
  }

  /// Revokes a token for good; one that is revoked stays so.
  ///
  /// - Throws: `invalidArgument` if the user has none of that name.
  public func revokeToken(_ name: String, of user: String) throws(HubError) {
    try change { database in
      try database.execute(
        sql: "UPDATE token SET revoked = coalesce(revoked, ?) WHERE user = ? AND name = ?",
        arguments: [currentSeconds(), user, name])
      guard database.changesCount > 0 else {
        throw HubError(.invalidArgument(name: "token", value: name, reason: "\(user) has no such token"))
      }
    }
  }

  /// The tokens of a user, or of all, by user and name.
  public func tokens(of user: String? = nil) throws(HubError) -> [TokenRecord] {
    try read { database in
      try Row.fetchAll(
        database, sql: "SELECT * FROM token WHERE user = coalesce(?, user) ORDER BY user, name", arguments: [user]
      ).map { row in
        TokenRecord(
          user: row["user"], name: row["name"], role: Account.Role(rawValue: row["role"]) ?? .read,
          targets: try Self.targets(of: row["id"], database), created: row["created"], expires: row["expires"],
          used: row["used"], revoked: row["revoked"])
      }
    } ?? []
  }

  static func targets(of token: Int64, _ database: Database) throws -> [String] {
    try String.fetchAll(
      database, sql: "SELECT name FROM target WHERE token = ? ORDER BY name", arguments: [token])
  }

  /// What the database knows a secret by: it has too many bits to be guessed, so no salt and no slow function.
  static func hash(_ secret: String) -> Data { Data(SHA256.hash(data: Data(secret.utf8))) }

  private static func makeSecret() -> String {
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
    // The system's generator is the kernel's, fit for keys.
    var generator = SystemRandomNumberGenerator()
    return "hf_" + String((0..<40).map { _ in letters[Int.random(in: letters.indices, using: &generator)] })
  }
}
