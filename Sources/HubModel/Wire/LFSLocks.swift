/// A lock of a path (git-lfs `docs/api/locking.md`): its owner asks others to leave the file alone.
public struct LFSLock: Codable, Hashable, Sendable {
  /// Somebody.
  public struct Owner: Codable, Hashable, Sendable {
    /// The user's name.
    public var name: String

    /// Somebody.
    public init(name: String) { self.name = name }
  }

  /// The lock's name.
  public var id: String
  /// What is locked.
  public var path: String
  /// When: `2024-01-01T00:00:00Z`.
  public var locked_at: String
  /// By whom.
  public var owner: Owner?

  /// A lock.
  public init(id: String, path: String, locked_at: String, owner: Owner?) {
    (self.id, self.path, self.locked_at, self.owner) = (id, path, locked_at, owner)
  }
}

/// The wish to lock a path.
public struct LFSLockRequest: Codable, Hashable, Sendable {
  /// The path.
  public var path: String
  /// The branch that it is about.
  public var ref: LFSBatchRequest.Reference?

  /// The wish to lock `path`.
  public init(path: String, ref: LFSBatchRequest.Reference? = nil) { (self.path, self.ref) = (path, ref) }
}

/// The answer about one lock: the new one, the one that is in the way, or the one that is gone.
public struct LFSLockAnswer: Codable, Hashable, Sendable {
  /// The lock.
  public var lock: LFSLock
  /// Why it is not the one that was asked for.
  public var message: String?

  /// The answer about `lock`.
  public init(lock: LFSLock, message: String? = nil) { (self.lock, self.message) = (lock, message) }
}

/// A page of locks.
public struct LFSLockList: Codable, Hashable, Sendable {
  /// The locks.
  public var locks: [LFSLock]
  /// Where the next page begins; missing on the last one.
  public var next_cursor: String?

  /// A page of locks.
  public init(locks: [LFSLock], next_cursor: String? = nil) { (self.locks, self.next_cursor) = (locks, next_cursor) }
}

/// The question which locks are in the way of a push.
public struct LFSLockVerification: Codable, Hashable, Sendable {
  /// The branch that is pushed to.
  public var ref: LFSBatchRequest.Reference?
  /// Where the page begins.
  public var cursor: String?
  /// The most locks to answer.
  public var limit: Int?
}

/// A page of locks, by whose they are.
public struct LFSLockVerdict: Codable, Hashable, Sendable {
  /// The caller's own.
  public var ours: [LFSLock]
  /// Those of others.
  public var theirs: [LFSLock]
  /// Where the next page begins; missing on the last one.
  public var next_cursor: String?

  /// A page of locks.
  public init(ours: [LFSLock], theirs: [LFSLock], next_cursor: String? = nil) {
    (self.ours, self.theirs, self.next_cursor) = (ours, theirs, next_cursor)
  }
}

/// The wish to take a lock away.
public struct LFSUnlockRequest: Codable, Hashable, Sendable {
  /// Whether it may be somebody else's.
  public var force: Bool?
  /// The branch that it is about.
  public var ref: LFSBatchRequest.Reference?
}
