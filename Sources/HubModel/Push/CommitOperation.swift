/// What a commit is to do to one path.
public enum CommitOperation: Hashable, Sendable {
  /// The file has this content afterwards, whether there is one of that name or not.
  case add(RepositoryPath, LocalContent)
  /// The file has this content unless there is one of that name, which is kept.
  case addUnlessPresent(RepositoryPath, LocalContent)
  /// The file is no longer there.
  case deleteFile(RepositoryPath)
  /// The directory and all that is in it are no longer there.
  case deleteFolder(RepositoryPath)
  /// A file gets the content that another one has in the commit's parent.
  case copy(from: RepositoryPath, to: RepositoryPath)

  /// The path that is another one afterwards.
  public var path: RepositoryPath {
    switch self {
    case .add(let path, _), .addUnlessPresent(let path, _), .deleteFile(let path), .deleteFolder(let path),
      .copy(_, let path):
      path
    }
  }
}

extension CommitOperation {
  /// The content that is sent, if one is.
  public var content: LocalContent? {
    switch self {
    case .add(_, let content), .addUnlessPresent(_, let content): content
    case .deleteFile, .deleteFolder, .copy: nil
    }
  }
}

/// Content that is on this machine.
public enum LocalContent: Hashable, Sendable {
  /// Bytes in memory.
  case bytes([UInt8])
  /// A file, by its path; read when it is hashed and when it is sent, and not allowed to change in between.
  case file(String)
}

/// What identifies a content, computed in one pass over its bytes.
public struct ContentIdentity: Hashable, Sendable {
  /// The length in bytes.
  public var size: Int64
  /// git's hash of the bytes: `sha1("blob LENGTH\0" + bytes)`.
  public var blob: String
  /// The SHA-256 of the bytes, by which LFS knows them.
  public var sha256: String
  /// git's hash of the pointer that stands for the bytes where LFS has them.
  public var pointerBlob: String
  /// The first 512 bytes, from which a hub guesses what it is.
  public var sample: [UInt8]
  /// What the file was when it was read; `nil` for bytes in memory.
  public var stamp: FileStamp?

  /// How many bytes a sample has at most.
  public static let sampleLength = 512

  /// An identity whose parts have been computed.
  public init(
    size: Int64, blob: String, sha256: String, pointerBlob: String, sample: [UInt8], stamp: FileStamp? = nil
  ) {
    (self.size, self.blob, self.sha256) = (size, blob, sha256)
    (self.pointerBlob, self.sample, self.stamp) = (pointerBlob, sample, stamp)
  }

  /// The pointer that stands for the content; `nil` if the hash is none.
  public var pointer: LFSPointer? { LFSPointer(oid: sha256, size: size) }
}

/// What tells whether a file is the one that was read before.
public struct FileStamp: Hashable, Sendable {
  /// The length in bytes.
  public var size: Int64
  /// When it was last written, in seconds since 1970.
  public var modified: Double
  /// The file's number on its device.
  public var inode: UInt64

  /// A file's length, time and number.
  public init(size: Int64, modified: Double, inode: UInt64) {
    (self.size, self.modified, self.inode) = (size, modified, inode)
  }
}

/// What a remote has at a path.
public struct RemoteEntry: Hashable, Sendable {
  /// Whether it is a directory.
  public var isDirectory: Bool
  /// The git object: of the pointer, for a file in LFS.
  public var object: String
  /// The object in LFS, where the remote says so.
  public var pointer: LFSPointer?

  /// A file or a directory.
  public init(object: String, pointer: LFSPointer? = nil, isDirectory: Bool = false) {
    (self.object, self.pointer, self.isDirectory) = (object, pointer, isDirectory)
  }

  /// An entry of a hub's tree.
  public init(_ entry: TreeEntry) {
    self.init(
      object: entry.oid, pointer: entry.lfs.flatMap { LFSPointer(oid: $0.oid, size: $0.size) },
      isDirectory: entry.type == .directory)
  }

  /// Whether the file has this content, in git or in LFS.
  public func has(_ content: ContentIdentity) -> Bool {
    guard !isDirectory else { return false }
    if let pointer { return pointer.oid == content.sha256 }
    return object == content.blob || object == content.pointerBlob
  }
}

/// How a file gets to the remote.
public enum UploadMode: Hashable, Sendable {
  /// In the commit itself.
  case regular
  /// To LFS storage, before the commit.
  case lfs
  /// Not at all: the remote's `.gitignore` leaves it out.
  case ignored
}
