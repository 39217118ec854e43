import HubModel

/// What an account may do with a repository; each can what those before it can.
enum Permission: Int, Comparable, Sendable, CaseIterable {
  /// What everybody may.
  case none
  /// Know of it though it is private, and get its content though it is gated.
  case read
  /// Change its content, and decide about its readers.
  case write
  /// Delete, rename, publish and close it.
  case administer

  static func < (a: Permission, b: Permission) -> Bool { a.rawValue < b.rawValue }
}

/// Who may do what, all of it: pure functions of the token, the repository's name and its marks.
extension Account {
  /// What the account may do with the repository `id` by being its owner, a member of its owner, or one of its readers.
  ///
  /// A token limited to other repositories is a stranger's here, and one that only reads does nothing more. A private
  /// repository without an owner in its name belongs to nobody but its readers.
  func permission(on id: RepositoryID, _ marks: RepositoryMarks = RepositoryMarks()) -> Permission {
    guard scope?.includes(id) != false else { return .none }
    let given: Permission
    if id.owner == user {
      given = .administer
    } else if let membership = id.owner.flatMap({ memberships[$0] }) {
      given = Permission(membership)
    } else {
      given = marks.readers.isDisjoint(with: names) ? .none : .read
    }
    return role == .read ? min(given, .read) : given
  }

  /// Whether the token may change the content of `id`, or make a repository of that name.
  func mayWrite(to id: RepositoryID) -> Bool { permission(on: id) >= .write }

  /// Whether the token may delete, rename, publish and close `id`.
  func mayAdminister(_ id: RepositoryID) -> Bool { permission(on: id) >= .administer }

  /// Whether a private repository shows itself, and a gate opens.
  func isInside(_ id: RepositoryID, _ marks: RepositoryMarks) -> Bool { permission(on: id, marks) >= .read }
}

extension Permission {
  init(_ membership: Account.Membership) {
    switch membership {
    case .read: self = .read
    case .write: self = .write
    case .admin: self = .administer
    }
  }
}
