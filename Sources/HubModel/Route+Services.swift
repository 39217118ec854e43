extension Route {
  /// What changes which repositories there are.
  public enum RepositoryVerb: String, Hashable, Sendable, CaseIterable {
    /// A new one.
    case create
    /// One less.
    case delete
    /// The same under another name.
    case move
  }

  /// What is asked of a discussion or pull request.
  public enum DiscussionVerb: Hashable, Sendable {
    /// Itself, with its events.
    case details
    /// A further comment.
    case comment
    /// Another title.
    case title
    /// Open or closed.
    case status
    /// The commits of a pull request go to its base.
    case merge
    /// Another text for one of the comments.
    case edit(comment: String)
    /// One of the comments is seen no more.
    case hide(comment: String)

    var suffix: String {
      switch self {
      case .details: ""
      case .comment: "/comment"
      case .title: "/title"
      case .status: "/status"
      case .merge: "/merge"
      case .edit(let comment): "/comment/\(PercentEncoding.encode(comment))/edit"
      case .hide(let comment): "/comment/\(PercentEncoding.encode(comment))/hide"
      }
    }

    init?(_ words: [String]) {
      switch (words.count, words.first, words.last) {
      case (0, _, _): self = .details
      case (1, "comment", _): self = .comment
      case (1, "title", _): self = .title
      case (1, "status", _): self = .status
      case (1, "merge", _): self = .merge
      case (3, "comment", "edit"): self = .edit(comment: words[1])
      case (3, "comment", "hide"): self = .hide(comment: words[1])
      default: return nil
      }
    }
  }

  /// What is asked about the readers of a gated repository.
  public enum AccessVerb: String, Hashable, Sendable, CaseIterable {
    /// To become one.
    case ask
    /// Who wants to become one.
    case pending
    /// Who was accepted.
    case accepted
    /// Who was not.
    case rejected
    /// To accept or reject somebody.
    case handle
    /// To accept somebody who has not asked.
    case grant
  }

  /// A service of git's smart HTTP (gitprotocol-http).
  public enum GitService: String, Hashable, Sendable, CaseIterable {
    /// What there is: the first request of a fetch or a push.
    case references = "info/refs"
    /// The objects of a fetch.
    case uploadPack = "git-upload-pack"
    /// The objects of a push.
    case receivePack = "git-receive-pack"
  }

  /// A service of git LFS (git-lfs `docs/api`), with the storage that its batch names on our own hub.
  public enum LFSService: Hashable, Sendable {
    /// Where objects are fetched from or sent to.
    case batch
    /// The bytes of one object.
    case object(oid: String)
    /// The bytes of a part of one object, from 1.
    case part(oid: String, number: Int)
    /// All parts have been sent.
    case completion(oid: String)
    /// An object has been sent.
    case verification
    /// Locks of paths.
    case locks
    /// Which locks are in the way of a push.
    case lockVerification
    /// One lock less.
    case unlock(id: String)

    var suffix: String {
      switch self {
      case .batch: "objects/batch"
      case .object(let oid): "objects/\(oid)"
      case .part(let oid, let number): "objects/\(oid)/parts/\(number)"
      case .completion(let oid): "objects/\(oid)/complete"
      case .verification: "objects/verify"
      case .locks: "locks"
      case .lockVerification: "locks/verify"
      case .unlock(let id): "locks/\(PercentEncoding.encode(id))/unlock"
      }
    }

    init?(_ words: [String]) {
      switch (words.count, words.first, words.last) {
      case (1, "locks", _): self = .locks
      case (2, "locks", "verify"): self = .lockVerification
      case (3, "locks", "unlock"): self = .unlock(id: words[1])
      case (2, "objects", "batch"): self = .batch
      case (2, "objects", "verify"): self = .verification
      default: self.init(object: words)
      }
    }

    private init?(object words: [String]) {
      guard words.count >= 2, words[0] == "objects", LFSPointer.isObjectID(words[1]) else { return nil }
      switch words.count {
      case 2: self = .object(oid: words[1])
      case 3 where words[2] == "complete": self = .completion(oid: words[1])
      case 4 where words[2] == "parts":
        guard let number = Int(words[3]), (1...10_000).contains(number), words[3] == "\(number)" else { return nil }
        self = .part(oid: words[1], number: number)
      default: return nil
      }
    }
  }
}
