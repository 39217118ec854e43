import GRDB
public import HubModel

extension AccountStore {
  /// A user or an organisation.
  public struct Owner: Hashable, Sendable {
    /// The name in repository ids.
    public let name: String
    /// The name for people.
    public let fullname: String?
    /// The address; users alone have one.
    public let email: String?
    /// When it was added, in seconds since 1970.
    public let created: Int64
    /// For a user the organisations, for an organisation its members, by name.
    public let memberships: [String: Account.Membership]
  }

  /// Which of the two an owner is.
  public enum OwnerKind: String, Sendable {
    /// Somebody.
    case user
    /// A group of users.
    case organization

    var word: String { self == .user ? "user" : "organisation" }
  }

  /// Adds a user or an organisation, whose names are of one space: repositories are `NAME/…` of either.
  ///
  /// - Throws: `invalidArgument` for a name that could own no repository; `conflict` for one that is taken, upper and
  ///   lower case being the same.
  public func add(
    _ kind: OwnerKind, _ name: String, fullname: String? = nil, email: String? = nil
  ) throws(HubError) {
    guard (try? RepositoryID(name + "/x")) != nil else {  // the reason is the owner's rule, not the repository's
      throw HubError(
        .invalidArgument(
          name: kind.word, value: name,
          reason: "a name has 1 to 96 letters, digits, '-', '_' and '.', does not begin or end with '-' or '.', "
            + "and does not end in '.git'"))
    }
    try change { database in
      if let taken = try Row.fetchOne(database, sql: "SELECT kind FROM owner WHERE name = ?", arguments: [name]) {
        let kind = OwnerKind(rawValue: taken["kind"]) ?? .user
        throw HubError(.conflict("there is a \(kind.word) of the name \(name) already"))
      }
      try database.execute(
        sql: "INSERT INTO owner (name, kind, fullname, email, created) VALUES (?, ?, ?, ?, ?)",
        arguments: [name, kind.rawValue, fullname, email, currentSeconds()])
    }
  }

  /// Removes a user with all tokens, or an organisation; their repositories stay, readable as before.
  ///
  /// - Throws: `invalidArgument` if there is none.
  public func remove(_ kind: OwnerKind, _ name: String) throws(HubError) {
    try change { database in
      try database.execute(sql: "DELETE FROM owner WHERE name = ? AND kind = ?", arguments: [name, kind.rawValue])
      if database.changesCount == 0 { throw Self.unknown(kind, name) }
    }
  }

  /// The users or the organisations, by name.
  public func owners(_ kind: OwnerKind) throws(HubError) -> [Owner] {
    let (own, other) = kind == .user ? ("user", "organization") : ("organization", "user")
    return try read { database in
      try Row.fetchAll(
        database, sql: "SELECT * FROM owner WHERE kind = ? ORDER BY name", arguments: [kind.rawValue]
      ).map { row in
        let members = try Row.fetchAll(
          database, sql: "SELECT \(other) AS name, role FROM membership WHERE \(own) = ?",
          arguments: [row["name"] as String])
        return Owner(
          name: row["name"], fullname: row["fullname"], email: row["email"], created: row["created"],
          memberships: Self.memberships(members))
      }
    } ?? []
  }

  /// Makes `user` a member of `organization` in that role, or no member for `nil`.
  ///
  /// - Throws: `invalidArgument` if there is no such user or organisation, or no membership to end.
  public func setMember(
    _ user: String, of organization: String, to role: Account.Membership?
  ) throws(HubError) {
    try change { database in
      let user = try Self.require(.user, user, database)
      let organization = try Self.require(.organization, organization, database)
      guard let role else {
        try database.execute(
          sql: "DELETE FROM membership WHERE organization = ? AND user = ?", arguments: [organization, user])
        guard database.changesCount > 0 else {
          throw HubError(.invalidArgument(name: "user", value: user, reason: "is no member of \(organization)"))
        }
        return
      }
      try database.execute(
        sql: "INSERT OR REPLACE INTO membership (organization, user, role) VALUES (?, ?, ?)",
        arguments: [organization, user, role.rawValue])
    }
  }

  /// The name as it was added.
  static func require(_ kind: OwnerKind, _ name: String, _ database: Database) throws -> String {
    let found = try String.fetchOne(
      database, sql: "SELECT name FROM owner WHERE name = ? AND kind = ?", arguments: [name, kind.rawValue])
    guard let found else { throw unknown(kind, name) }
    return found
  }

  static func memberships(_ rows: [Row]) -> [String: Account.Membership] {
    rows.reduce(into: [:]) { $0[$1["name"]] = Account.Membership(rawValue: $1["role"]) }
  }

  private static func unknown(_ kind: OwnerKind, _ name: String) -> HubError {
    HubError(.invalidArgument(name: kind.word, value: name, reason: "there is no such \(kind.word)"))
  }
}
