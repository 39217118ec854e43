public import HubCredentials
public import HubGit
public import HubModel

/// How a commit gets to a remote.
public struct PushOptions: Sendable {
  /// Which token is sent (`token`).
  public var token: TokenRequest
  /// Proxies, as in ``DownloadOptions/proxies``.
  public var proxies: [String: String]
  /// The branch that the commit goes to, made if it is missing (`revision`); `nil` for `main` on a hub, and for the default
  /// branch of a git server.
  public var branch: Revision?
  /// Whether the commit goes to a pull request instead of the branch (`create_pr`).
  public var createsPullRequest: Bool
  /// Whether a missing repository is made.
  public var createsRepository: Bool
  /// Whether a repository that is made is private (`private`); `nil` leaves it to the hub.
  public var isPrivate: Bool?
  /// The commit that the branch must be at (`parent_commit`). If given, a branch that has moved on is an error; if not, the
  /// commit is made on top of what others have pushed meanwhile, as long as they did not touch the same paths.
  public var parent: CommitID?
  /// Which way the commit goes.
  public var transport: Transport
  /// Who is named in a commit over git; `nil` for whom git's configuration names, or else the account. A hub names the
  /// account of the token.
  public var author: GitSignature?
  /// How many objects are sent at once, 1 at least.
  public var maximumWorkers: Int
  /// Told how the push gets on; called from any thread.
  public var progress: (@Sendable (PushProgress) -> Void)?

  /// The options of a call without arguments, but for those given.
  public init(
    token: TokenRequest = .automatic, proxies: [String: String] = [:], branch: Revision? = nil,
    createsPullRequest: Bool = false, createsRepository: Bool = true, isPrivate: Bool? = nil, parent: CommitID? = nil,
    transport: Transport = .automatic, author: GitSignature? = nil, maximumWorkers: Int = 4,
    progress: (@Sendable (PushProgress) -> Void)? = nil
  ) {
    (self.token, self.proxies, self.branch, self.createsPullRequest) = (token, proxies, branch, createsPullRequest)
    (self.createsRepository, self.isPrivate, self.parent) = (createsRepository, isPrivate, parent)
    (self.transport, self.author) = (transport, author)
    (self.maximumWorkers, self.progress) = (max(1, maximumWorkers), progress)
  }

  /// A way for a commit to go (`--transport`).
  public enum Transport: String, Hashable, Sendable, CaseIterable {
    /// The hub's interface for its repositories, git for all else.
    case automatic
    /// The hub's interface.
    case hub
    /// git, with LFS.
    case git
  }

  /// What of this a request to the hub's interface needs.
  package var requests: DownloadOptions { DownloadOptions(proxies: proxies, token: token) }
}

/// What a commit says about itself.
public struct CommitMessage: Hashable, Sendable {
  /// The first line.
  public var title: String
  /// The rest, after an empty line; may be empty.
  public var description: String

  /// A message.
  ///
  /// - Throws: `invalidArgument` for a title that is empty or more than a line.
  public init(_ title: String, description: String = "") throws(HubError) {
    guard title.contains(where: { !$0.isWhitespace }), !title.contains(where: \.isNewline) else {
      throw HubError(.invalidArgument(name: "commit message", value: title, reason: "it must be a line of text"))
    }
    (self.title, self.description) = (title, description)
  }

  /// The message as git has it.
  public var text: String { description.isEmpty ? title : title + "\n\n" + description }
}

/// A moment of a push.
public enum PushProgress: Sendable, Hashable {
  /// What is here is being read and hashed.
  case hashing(RepositoryPath)
  /// The plan is made, and is about to be carried out.
  case planned(CommitPlan)
  /// A large file that the remote has already.
  case skipped(RepositoryPath, bytes: Int64)
  /// So many bytes of a large file are at the remote or on their way; fewer than before when some are sent again.
  case sent(RepositoryPath, bytes: Int64)
  /// A large file has been stored.
  case finished(RepositoryPath)
  /// The commit itself is being made.
  case committing
  /// Somebody else was faster, and the commit is made on top of theirs.
  case rebasing(on: CommitID?)
}

/// What became of a push.
public struct PushedCommit: Sendable {
  /// Where the commit is.
  public enum Outcome: Hashable, Sendable {
    /// There was nothing to change, so no commit was made.
    case unchanged
    /// On the branch.
    case committed
    /// In a pull request, at this address.
    case pullRequest(url: String)
    /// On a branch of its own, as the server knows no pull requests.
    case branch(String)
  }

  /// What was changed.
  public let plan: CommitPlan
  /// Where the commit is.
  public let outcome: Outcome
  /// The commit; where nothing was changed, the one that has it all.
  public let commit: CommitID?
  /// The commit's page, where the remote has pages.
  public let url: String?
  /// The repository, with its owner; `nil` for one that is not on a hub.
  public let repository: RepositoryID?
  /// What the remote's hooks had to say.
  public let hookOutput: String?

  init(
    plan: CommitPlan, outcome: Outcome, commit: CommitID?, url: String? = nil, repository: RepositoryID? = nil,
    hookOutput: String? = nil
  ) {
    (self.plan, self.outcome, self.commit) = (plan, outcome, commit)
    (self.url, self.repository, self.hookOutput) = (url, repository, hookOutput)
  }
}
