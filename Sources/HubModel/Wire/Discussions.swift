/// A discussion or a pull request, as the list of them has it.
public struct DiscussionSummary: Codable, Hashable, Sendable {
  /// Who wrote something.
  public struct Author: Codable, Hashable, Sendable {
    /// The account's name.
    public var name: String

    /// An account.
    public init(name: String) { self.name = name }
  }

  /// The repository that it is about.
  public struct Repository: Codable, Hashable, Sendable {
    /// `OWNER/NAME`.
    public var name: String
    /// `model`, `dataset` or `space`.
    public var type: String

    /// A repository.
    public init(_ id: RepositoryID) { (name, type) = (id.name, id.kind.rawValue) }
  }

  /// Its number in the repository, from 1.
  public var num: Int
  /// Its title.
  public var title: String
  /// Who opened it.
  public var author: Author
  /// When, ISO 8601 in UTC.
  public var createdAt: String
  /// `draft`, `open`, `closed` or `merged`.
  public var status: String
  /// Whether it has commits.
  public var isPullRequest: Bool
  /// The repository that it is about.
  public var repo: Repository
  /// How many comments there are.
  public var numComments: Int?

  /// A discussion.
  public init(
    num: Int, title: String, author: String, createdAt: String, status: String, isPullRequest: Bool, repo: RepositoryID,
    numComments: Int?
  ) {
    (self.num, self.title, self.author, self.createdAt) = (num, title, Author(name: author), createdAt)
    (self.status, self.isPullRequest, self.repo) = (status, isPullRequest, Repository(repo))
    self.numComments = numComments
  }
}

/// A page of the list of discussions.
public struct DiscussionList: Codable, Hashable, Sendable {
  /// The discussions of the page.
  public var discussions: [DiscussionSummary]
  /// How many there are on all pages.
  public var count: Int
  /// The place of the first one of the page.
  public var start: Int

  /// A page.
  public init(discussions: [DiscussionSummary], count: Int, start: Int) {
    (self.discussions, self.count, self.start) = (discussions, count, start)
  }
}

/// The request for a discussion or a pull request.
public struct DiscussionRequest: Codable, Hashable, Sendable {
  /// Its title.
  public var title: String
  /// The first comment.
  public var description: String?
  /// Whether it is to have commits.
  public var pullRequest: Bool?

  /// A discussion, or a pull request.
  public init(title: String, description: String?, pullRequest: Bool) {
    (self.title, self.description, self.pullRequest) = (title, description, pullRequest)
  }
}
