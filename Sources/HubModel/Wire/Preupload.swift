/// The question before a commit: how each file is to be sent.
public struct PreuploadQuestion: Codable, Hashable, Sendable {
  /// A file that is to be sent.
  public struct File: Codable, Hashable, Sendable {
    /// The path in the repository.
    public var path: String
    /// The first 512 bytes, in base64.
    public var sample: String
    /// The length in bytes.
    public var size: Int64
    /// The SHA-256 of the content, which only old clients send.
    public var sha: String?

    /// A file with the first of its bytes.
    public init(path: String, sample: String, size: Int64) {
      (self.path, self.sample, self.size) = (path, sample, size)
    }
  }

  /// The files; clients send 256 at most.
  public var files: [File]
  /// The content of `.gitignore`, if the commit has another one than the repository.
  public var gitIgnore: String?
  /// The content of `.gitattributes`, if the commit has another one than the repository.
  public var gitAttributes: String?

  /// A question about `files`.
  public init(files: [File], gitIgnore: String? = nil, gitAttributes: String? = nil) {
    (self.files, self.gitIgnore, self.gitAttributes) = (files, gitIgnore, gitAttributes)
  }
}

/// The answer to ``PreuploadQuestion``.
public struct PreuploadAnswer: Codable, Hashable, Sendable {
  /// How a file is sent.
  public enum Mode: String, Codable, Hashable, Sendable {
    /// In the commit itself.
    case regular
    /// To LFS storage, before the commit.
    case lfs
  }

  /// What is to be done about a file.
  public struct File: Codable, Hashable, Sendable {
    /// The path, as asked.
    public var path: String
    /// How it is sent.
    public var uploadMode: Mode
    /// Whether the repository's `.gitignore` leaves it out; clients require the field.
    public var shouldIgnore: Bool
    /// The identity of what is there now: the git hash of a regular file, the SHA-256 of one in LFS.
    public var oid: String?

    /// An answer about one file.
    public init(path: String, uploadMode: Mode, shouldIgnore: Bool, oid: String?) {
      (self.path, self.uploadMode, self.shouldIgnore, self.oid) = (path, uploadMode, shouldIgnore, oid)
    }
  }

  /// One for each file of the question.
  public var files: [File]

  /// An answer.
  public init(files: [File]) { self.files = files }
}

/// The question whether a model card's front matter is well formed.
public struct YAMLQuestion: Codable, Hashable, Sendable {
  /// The card.
  public var content: String
  /// `model`, `dataset` or `space`.
  public var repoType: String?

  /// A question about a card.
  public init(content: String, repoType: String?) { (self.content, self.repoType) = (content, repoType) }
}

/// The answer to ``YAMLQuestion``; errors come with a status of 400.
public struct YAMLAnswer: Codable, Hashable, Sendable {
  /// A flaw.
  public struct Flaw: Codable, Hashable, Sendable {
    /// What it is.
    public var message: String

    /// A flaw, in words.
    public init(message: String) { self.message = message }
  }

  /// What makes the card unusable.
  public var errors: [Flaw]
  /// What could be better.
  public var warnings: [Flaw]

  /// An answer.
  public init(errors: [Flaw] = [], warnings: [Flaw] = []) { (self.errors, self.warnings) = (errors, warnings) }
}
