/// The account that a token belongs to: the answer of `/api/whoami-v2`.
public struct WhoAmI: Codable, Hashable, Sendable {
  /// An organisation that the account is in.
  public struct Organization: Codable, Hashable, Sendable {
    /// `org`.
    public var type: String
    /// The name in repository ids.
    public var name: String
    /// The name for people.
    public var fullname: String?
    /// What the account may do there: `read`, `write`, `admin`.
    public var roleInOrg: String?

    /// An organisation.
    public init(name: String, fullname: String? = nil, roleInOrg: String? = nil) {
      (type, self.name, self.fullname, self.roleInOrg) = ("org", name, fullname, roleInOrg)
    }
  }

  /// How the request was authenticated.
  public struct Authentication: Codable, Hashable, Sendable {
    /// A token, without its secret.
    public struct AccessToken: Codable, Hashable, Sendable {
      /// The token's name.
      public var displayName: String?
      /// `read`, `write` or `fineGrained`.
      public var role: String?

      /// A token's name and role.
      public init(displayName: String?, role: String?) { (self.displayName, self.role) = (displayName, role) }
    }

    /// `access_token`, or how else.
    public var type: String?
    /// The token, if it was one.
    public var accessToken: AccessToken?

    /// Authentication by a token.
    public init(accessToken: AccessToken) { (type, self.accessToken) = ("access_token", accessToken) }
  }

  /// `user`, or `org` for a token of an organisation.
  public var type: String
  /// The account's identity, if the hub has one beside the name.
  public var id: String?
  /// The name in repository ids.
  public var name: String
  /// The name for people.
  public var fullname: String?
  /// The organisations that the account is in.
  public var orgs: [Organization]?
  /// How the request was authenticated.
  public var auth: Authentication?

  /// The account of a person.
  public init(name: String, id: String? = nil, fullname: String? = nil, orgs: [Organization], auth: Authentication?) {
    (type, self.id, self.name, self.fullname) = ("user", id, name, fullname)
    (self.orgs, self.auth) = (orgs, auth)
  }
}
