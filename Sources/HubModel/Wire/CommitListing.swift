/// One commit of the history: an element of the answer of `/commits`.
public struct CommitListing: Codable, Hashable, Sendable {
  /// Who made a commit.
  public struct Author: Codable, Hashable, Sendable {
    /// The name; clients require the field.
    public var user: String

    /// An author.
    public init(user: String) { self.user = user }
  }

  /// The commit's hash.
  public var id: String
  /// The first line of the message.
  public var title: String
  /// The rest of the message.
  public var message: String
  /// Who made it.
  public var authors: [Author]
  /// When it was made, ISO 8601 in UTC.
  public var date: String

  /// A commit.
  public init(id: String, title: String, message: String, authors: [Author], date: String) {
    (self.id, self.title, self.message, self.authors, self.date) = (id, title, message, authors, date)
  }
}
