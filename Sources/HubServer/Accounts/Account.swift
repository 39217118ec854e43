public import HubModel

/// Somebody with a token.
public struct Account: Hashable, Sendable {
  /// What a token may do.
  public enum Role: String, Hashable, Sendable, Codable, CaseIterable {
    /// Read what the account may see.
    case read
    /// Write to what the account may write to, too.
    case write
  }

  /// What a member of an organisation may do there; each can what those before it can.
  public enum Membership: String, Hashable, Sendable, Codable, CaseIterable {
    /// Read its private repositories.
    case read
    /// Write to its repositories, make new ones, and decide about who reads gated ones.
    case write
    /// Delete, rename, publish and close its repositories.
    case admin
  }

  /// The token's name, not the token.
  public let token: String
  /// The user.
  public let user: String
  /// What the token may do.
  public let role: Role
  /// The organisations that the user is in, with what the user may do there.
  public let memberships: [String: Membership]
  /// What the token is limited to; `nil` for everything of the account's.
  public let scope: TokenScope?

  /// An account, of a token without limits unless a scope says otherwise.
  public init(
    token: String, user: String, role: Role, memberships: [String: Membership] = [:], scope: TokenScope? = nil
  ) {
    (self.token, self.user, self.role) = (token, user, role)
    (self.memberships, self.scope) = (memberships, scope)
  }

  /// The organisations that the user is in, by name.
  public var organizations: [String] { memberships.keys.sorted() }

  /// The user's name and those of the organisations.
  var names: Set<String> { Set([user]).union(memberships.keys) }
}

/// What a token is limited to: owners, with all that is theirs, and single repositories.
public struct TokenScope: Hashable, Sendable {
  /// One thing that a token is for.
  public enum Target: Hashable, Sendable, CustomStringConvertible {
    /// All repositories of a user or an organisation.
    case owner(String)
    /// One repository.
    case repository(RepositoryID)

    /// Reads `OWNER`, `OWNER/NAME` for a model, or `datasets/OWNER/NAME`, `spaces/OWNER/NAME`, `models/OWNER/NAME`.
    ///
    /// - Throws: `invalidArgument` for what names neither.
    public init(_ text: String) throws(HubError) {
      let words = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
      let kind = words.count == 2 ? RepositoryID.Kind.allCases.first { $0.plural == words[0] } : nil
      if words.count == 1 {
        _ = try RepositoryID(text + "/x")
        self = .owner(text)
      } else {
        self = .repository(try RepositoryID(kind == nil ? text : String(words[1]), kind: kind ?? .model))
      }
    }

    /// The text that ``init(_:)`` reads.
    public var description: String {
      switch self {
      case .owner(let name): name
      case .repository(let id): "\(id.kind.plural)/\(id.name)"
      }
    }
  }

  /// The things, at least one.
  public let targets: Set<Target>

  /// A limit to `targets`; `nil` if there are none, which is no limit.
  public init?(_ targets: some Sequence<Target>) {
    self.targets = Set(targets)
    if self.targets.isEmpty { return nil }
  }

  func includes(_ id: RepositoryID) -> Bool {
    targets.contains(.repository(id)) || id.owner.map { targets.contains(.owner($0)) } == true
  }
}
