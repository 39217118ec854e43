/// A commit before it is made: what it would change, in terms of what the remote has.
///
/// Decided by a pure function (``decide(_:contents:remote:modes:parent:)``) from what the caller wants, what is here and
/// what the remote says; `--plan` prints it, and both transports carry it out. A plan that changes nothing
/// (``isEmpty``) is no commit.
public struct CommitPlan: Hashable, Sendable {
  /// What becomes of a file.
  public enum Action: String, Hashable, Sendable, Codable {
    /// There is none of that name yet.
    case added
    /// There is one with another content.
    case changed
    /// It is gone afterwards.
    case deleted
    /// It has this very content already, so nothing is sent.
    case unchanged
    /// The remote's `.gitignore` leaves it out, so nothing is sent.
    case ignored
  }

  /// Where a content goes.
  public enum Storage: String, Hashable, Sendable, Codable {
    /// Into git, within the commit.
    case git
    /// Into LFS, with a pointer in git.
    case lfs
  }

  /// Where a content comes from.
  public enum Source: Hashable, Sendable {
    /// This machine.
    case local(LocalContent, ContentIdentity)
    /// Another file of the parent, in LFS, so that only the pointer is sent.
    case remote(LFSPointer)
  }

  /// One file of the commit.
  public struct Item: Hashable, Sendable {
    /// The path in the repository.
    public let path: RepositoryPath
    /// What becomes of it.
    public let action: Action
    /// Where its content goes; it means nothing for what is not sent.
    public let storage: Storage
    /// Where its content comes from; `nil` for a deletion.
    public let source: Source?

    /// The content's length in bytes; 0 for a deletion.
    public var size: Int64 {
      switch source {
      case .local(_, let identity): identity.size
      case .remote(let pointer): pointer.size
      case nil: 0
      }
    }

    /// Whether the commit makes a difference to the file.
    public var isEffective: Bool { action != .unchanged && action != .ignored }

    /// The pointer that the commit writes, for a file in LFS.
    public var pointer: LFSPointer? {
      guard isEffective, storage == .lfs else { return nil }
      switch source {
      case .local(_, let identity): return identity.pointer
      case .remote(let pointer): return pointer
      case nil: return nil
      }
    }
  }

  /// The commit that it is made on; `nil` for an empty repository, and for one that does not exist yet.
  public let parent: CommitID?
  /// The files, in the order of their paths.
  public let items: [Item]

  /// A plan of these items.
  public init(parent: CommitID?, items: [Item]) {
    (self.parent, self.items) = (parent, items.sorted { $0.path < $1.path })
  }

  /// The files with this action.
  public func items(_ action: Action) -> [Item] { items.filter { $0.action == action } }

  /// The files that the commit makes a difference to.
  public var effective: [Item] { items.filter(\.isEffective) }

  /// Whether there is nothing to commit.
  public var isEmpty: Bool { !items.contains(where: \.isEffective) }

  /// The objects for LFS that are on this machine, each once.
  public var objects: [LFSObject] {
    var seen: Set<String> = []
    return effective.compactMap { item in
      guard let pointer = item.pointer, case .local(let content, let identity) = item.source else { return nil }
      guard seen.insert(pointer.oid).inserted else { return nil }
      return LFSObject(pointer: pointer, path: item.path, content: content, stamp: identity.stamp)
    }
  }

  /// How many bytes of content are sent at most: less where LFS has an object already.
  public var bytesToSend: Int64 {
    let inline = effective.filter { $0.storage == .git }.reduce(0) { $0 + $1.size }
    return inline + objects.reduce(0) { $0 + $1.pointer.size }
  }
}

/// A content for LFS storage that is on this machine.
public struct LFSObject: Hashable, Sendable {
  /// Its hash and length.
  public let pointer: LFSPointer
  /// One of the paths that it has in the commit, for messages.
  public let path: RepositoryPath
  /// Where it is.
  public let content: LocalContent
  /// What the file was when it was hashed; `nil` for bytes in memory.
  public let stamp: FileStamp?

  /// A content with its hash.
  public init(pointer: LFSPointer, path: RepositoryPath, content: LocalContent, stamp: FileStamp? = nil) {
    (self.pointer, self.path, self.content, self.stamp) = (pointer, path, content, stamp)
  }
}
