/// One line of a commit's body (`application/x-ndjson`): `{"key": …, "value": {…}}`.
///
/// The header comes first; the order of the others counts, as a path may be deleted and made anew. Paths are those of
/// the sender, not checked yet.
public enum CommitLine: Hashable, Sendable {
  /// The message, and the commit that it is made on.
  case header(Header)
  /// A file, with its bytes.
  case file(File)
  /// A file whose bytes are in LFS storage.
  case lfsFile(LFSFile)
  /// A file that is no longer there.
  case deletedFile(Entry)
  /// A directory that is no longer there; a slash at the end of its path does not count.
  case deletedFolder(Entry)
  /// A file with the content of another one.
  case copyFile(Copy)

  /// The message, and the commit that it is made on.
  public struct Header: Codable, Hashable, Sendable {
    /// The title.
    public var summary: String
    /// The rest of the message.
    public var description: String
    /// The commit that the branch must be at: 5 to 40 hexadecimal digits; `nil` for any.
    public var parentCommit: String?

    /// A commit's header.
    public init(summary: String, description: String = "", parentCommit: String? = nil) {
      (self.summary, self.description, self.parentCommit) = (summary, description, parentCommit)
    }

    /// Reads a header; a description may be missing.
    public init(from decoder: any Decoder) throws {
      let fields = try decoder.container(keyedBy: CodingKeys.self)
      summary = try fields.decode(String.self, forKey: .summary)
      description = try fields.decodeIfPresent(String.self, forKey: .description) ?? ""
      parentCommit = try fields.decodeIfPresent(String.self, forKey: .parentCommit)
    }
  }

  /// A file, with its bytes.
  public struct File: Codable, Hashable, Sendable {
    /// The path in the repository.
    public var path: String
    /// The bytes, as `encoding` says.
    public var content: String
    /// `base64`, or `utf-8`.
    public var encoding: String

    /// A file's path and its bytes in base64.
    public init(path: String, base64 content: String) {
      (self.path, self.content, encoding) = (path, content, "base64")
    }
  }

  /// A file whose bytes are in LFS storage.
  public struct LFSFile: Codable, Hashable, Sendable {
    /// The path in the repository.
    public var path: String
    /// `sha256`.
    public var algo: String
    /// The SHA-256 of the content.
    public var oid: String
    /// The content's length in bytes; missing for a copy on the hub itself.
    public var size: Int64?

    /// A file's path and its content's identity.
    public init(path: String, oid: String, size: Int64?) {
      (self.path, algo, self.oid, self.size) = (path, "sha256", oid, size)
    }
  }

  /// What is deleted.
  public struct Entry: Codable, Hashable, Sendable {
    /// The path in the repository.
    public var path: String

    /// A path.
    public init(path: String) { self.path = path }
  }

  /// A file with the content of another one.
  public struct Copy: Codable, Hashable, Sendable {
    /// The path in the repository.
    public var path: String
    /// The path that has the content.
    public var srcPath: String
    /// Where that path is; `nil` for the commit's parent.
    public var srcRevision: String?

    /// A copy of `srcPath`.
    public init(path: String, srcPath: String, srcRevision: String? = nil) {
      (self.path, self.srcPath, self.srcRevision) = (path, srcPath, srcRevision)
    }
  }
}

extension CommitLine: Codable {
  private enum Keys: CodingKey { case key, value }
  private enum Key: String, Codable { case header, file, lfsFile, deletedFile, deletedFolder, copyFile }

  /// Reads a line.
  ///
  /// - Throws: `DecodingError` for a key that is not known: a change that is not made must not look like one that was.
  public init(from decoder: any Decoder) throws {
    let line = try decoder.container(keyedBy: Keys.self)
    switch try line.decode(Key.self, forKey: .key) {
    case .header: self = .header(try line.decode(Header.self, forKey: .value))
    case .file: self = .file(try line.decode(File.self, forKey: .value))
    case .lfsFile: self = .lfsFile(try line.decode(LFSFile.self, forKey: .value))
    case .deletedFile: self = .deletedFile(try line.decode(Entry.self, forKey: .value))
    case .deletedFolder: self = .deletedFolder(try line.decode(Entry.self, forKey: .value))
    case .copyFile: self = .copyFile(try line.decode(Copy.self, forKey: .value))
    }
  }

  /// Writes a line, without its end.
  public func encode(to encoder: any Encoder) throws {
    var line = encoder.container(keyedBy: Keys.self)
    switch self {
    case .header(let value): try Self.write(.header, value, to: &line)
    case .file(let value): try Self.write(.file, value, to: &line)
    case .lfsFile(let value): try Self.write(.lfsFile, value, to: &line)
    case .deletedFile(let value): try Self.write(.deletedFile, value, to: &line)
    case .deletedFolder(let value): try Self.write(.deletedFolder, value, to: &line)
    case .copyFile(let value): try Self.write(.copyFile, value, to: &line)
    }
  }

  private static func write(
    _ key: Key, _ value: some Encodable, to line: inout KeyedEncodingContainer<Keys>
  ) throws {
    try line.encode(key, forKey: .key)
    try line.encode(value, forKey: .value)
  }
}

/// The answer to a commit.
public struct CommitAnswer: Codable, Hashable, Sendable {
  /// Always true.
  public var success: Bool
  /// The commit's page.
  public var commitUrl: String
  /// The commit's hash.
  public var commitOid: String
  /// What the repository's hooks had to say.
  public var hookOutput: String?
  /// The page of the pull request that the commit opened.
  public var pullRequestUrl: String?

  /// The answer for a commit that was made.
  public init(commitUrl: String, commitOid: String, hookOutput: String = "", pullRequestUrl: String? = nil) {
    (success, self.commitUrl, self.commitOid) = (true, commitUrl, commitOid)
    (self.hookOutput, self.pullRequestUrl) = (hookOutput, pullRequestUrl)
  }
}
