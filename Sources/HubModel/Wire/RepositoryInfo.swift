/// What a hub knows of a repository: the answer of `/api/models/ID` and its kin.
///
/// Hubs send many more fields; what is not here is ignored, and what is missing stays `nil`.
public struct RepositoryInfo: Codable, Hashable, Sendable {
  /// One file, as listed in the information itself.
  public struct Sibling: Codable, Hashable, Sendable {
    /// The object in LFS storage; named differently here than in a tree.
    public struct LFS: Codable, Hashable, Sendable {
      /// The content's length in bytes.
      public var size: Int64
      /// The SHA-256 of the content.
      public var sha256: String
      /// The length of the pointer file in git.
      public var pointerSize: Int

      /// An object of LFS storage.
      public init(size: Int64, sha256: String, pointerSize: Int) {
        (self.size, self.sha256, self.pointerSize) = (size, sha256, pointerSize)
      }
    }

    /// The path in the repository.
    public var rfilename: String
    /// The content's length, with `blobs=true`.
    public var size: Int64?
    /// The git object, with `blobs=true`.
    public var blobId: String?
    /// The object in LFS storage, with `blobs=true`.
    public var lfs: LFS?

    /// A file of the repository.
    public init(rfilename: String, size: Int64? = nil, blobId: String? = nil, lfs: LFS? = nil) {
      (self.rfilename, self.size, self.blobId, self.lfs) = (rfilename, size, blobId, lfs)
    }
  }

  /// Whether access has to be asked for: `false`, `"auto"` or `"manual"` on the wire.
  public enum Gate: Codable, Hashable, Sendable {
    /// Anyone who may see the repository may read it.
    case open
    /// Access is granted on request.
    case auto
    /// An owner grants access by hand.
    case manual

    /// Reads `false`, `true` (as an old hub may say), `"auto"` or `"manual"`.
    public init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let flag = try? container.decode(Bool.self) {  // absence: then it is a string
        self = flag ? .manual : .open
      } else {
        self = try container.decode(String.self) == "auto" ? .auto : .manual
      }
    }

    /// Writes `false`, `"auto"` or `"manual"`.
    public func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .open: try container.encode(false)
      case .auto: try container.encode("auto")
      case .manual: try container.encode("manual")
      }
    }
  }

  /// `owner/name`.
  public var id: String
  /// The same, under the name that clients of models read.
  public var modelId: String?
  /// The owner.
  public var author: String?
  /// The commit that the revision resolved to; `nil` in an empty repository.
  public var sha: String?
  /// When the head was committed, ISO 8601 in UTC.
  public var lastModified: String?
  /// When the repository was made, ISO 8601 in UTC.
  public var createdAt: String?
  /// Whether only its owner's accounts see it.
  public var `private`: Bool?
  /// Whether access has to be asked for.
  public var gated: Gate?
  /// Whether the hub has switched it off.
  public var disabled: Bool?
  /// Downloads in the last month.
  public var downloads: Int?
  /// Likes.
  public var likes: Int?
  /// Tags.
  public var tags: [String]?
  /// The library that reads it, such as `diffusers`.
  public var library_name: String?
  /// The files.
  public var siblings: [Sibling]?

  /// Information of which only the id is known.
  public init(id: String) { self.id = id }
}

/// The refs of a repository: the answer of `/refs`.
public struct References: Codable, Hashable, Sendable {
  /// One ref.
  public struct Reference: Codable, Hashable, Sendable {
    /// The short name: `main`, `v1.0`, `pr/1`.
    public var name: String
    /// The full name: `refs/heads/main`.
    public var ref: String
    /// The commit it points to.
    public var targetCommit: String

    /// A ref and its commit.
    public init(name: String, ref: String, targetCommit: String) {
      (self.name, self.ref, self.targetCommit) = (name, ref, targetCommit)
    }
  }

  /// Branches.
  public var branches: [Reference]
  /// Refs below `refs/convert/`; clients require the field.
  public var converts: [Reference]
  /// Tags.
  public var tags: [Reference]
  /// Pull requests, if the request asks for them.
  public var pullRequests: [Reference]?

  /// The refs of a repository.
  public init(
    branches: [Reference] = [], converts: [Reference] = [], tags: [Reference] = [], pullRequests: [Reference]? = nil
  ) {
    (self.branches, self.converts, self.tags) = (branches, converts, tags)
    self.pullRequests = pullRequests
  }
}
