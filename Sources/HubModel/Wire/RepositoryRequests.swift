/// The request for a new repository, or for the end of one.
public struct RepositoryRequest: Codable, Hashable, Sendable {
  /// The name without its owner.
  public var name: String
  /// The owner; `nil` for the account of the token.
  public var organization: String?
  /// `dataset`, `space`, or nothing for a model.
  public var type: String?
  /// `public`, `private` or `protected`; clients before 1.0 send ``private`` in its place.
  public var visibility: String?
  /// Whether only its owner's accounts see it, where the client does not say ``visibility``.
  public var `private`: Bool?
  /// What a space runs on.
  public var sdk: String?

  /// A request about the repository `name` of `organization`.
  public init(name: String, organization: String? = nil, kind: RepositoryID.Kind, isPrivate: Bool? = nil) {
    (self.name, self.organization) = (name, organization)
    type = kind == .model ? nil : kind.rawValue
    // Both spellings: hubs of either age understand one.
    (visibility, self.private) = (isPrivate.map { $0 ? "private" : "public" }, isPrivate)
  }

  /// Whether the repository is to be private; `nil` if the request does not say.
  public var isPrivate: Bool? { `private` ?? visibility.map { $0 != "public" } }
}

/// The answer to a request for a new repository, also where there is one of that name already (409).
public struct RepositoryAnswer: Codable, Hashable, Sendable {
  /// The repository's page, `ENDPOINT/[datasets/]OWNER/NAME`; clients read its name out of this.
  public var url: String
  /// `OWNER/NAME`.
  public var name: String?
  /// The repository's identity.
  public var id: String?
  /// Why there is no new one.
  public var error: String?

  /// An answer.
  public init(url: String, name: String? = nil, id: String? = nil, error: String? = nil) {
    (self.url, self.name, self.id, self.error) = (url, name, id, error)
  }
}

/// The request for another name.
public struct MoveRequest: Codable, Hashable, Sendable {
  /// `OWNER/NAME` now.
  public var fromRepo: String
  /// `OWNER/NAME` then.
  public var toRepo: String
  /// `model`, `dataset` or `space`.
  public var type: String?

  /// A request for another name.
  public init(from: RepositoryID, to name: String) { (fromRepo, toRepo, type) = (from.name, name, from.kind.rawValue) }
}

/// The request for other settings; what is `nil` stays as it is.
public struct SettingsRequest: Codable, Hashable, Sendable {
  /// `public`, `private` or `protected`.
  public var visibility: String?
  /// What clients before 1.0 send in place of ``visibility``.
  public var `private`: Bool?
  /// Whether access has to be asked for.
  public var gated: RepositoryInfo.Gate?

  /// Settings to change.
  public init(isPrivate: Bool? = nil, gated: RepositoryInfo.Gate? = nil) {
    (visibility, self.private) = (isPrivate.map { $0 ? "private" : "public" }, isPrivate)
    self.gated = gated
  }

  /// Whether the repository is to be private; `nil` if the request does not say.
  public var isPrivate: Bool? { `private` ?? visibility.map { $0 != "public" } }
}

/// The request for a branch.
public struct BranchRequest: Codable, Hashable, Sendable {
  /// The revision that it begins at; `nil` for the head.
  public var startingPoint: String?
  /// Whether it begins without files and without a history.
  public var emptyBranch: Bool?
  /// Whether it may take the place of a branch of its name.
  public var overwrite: Bool?

  /// A branch that begins at `startingPoint`.
  public init(startingPoint: String?) { self.startingPoint = startingPoint }
}

/// The request for a tag; the revision that it names is in the path.
public struct TagRequest: Codable, Hashable, Sendable {
  /// The tag's name.
  public var tag: String
  /// The message of an annotated tag; `nil` for a light one.
  public var message: String?

  /// A tag.
  public init(tag: String, message: String? = nil) { (self.tag, self.message) = (tag, message) }
}
