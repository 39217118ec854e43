public import Foundation

/// What a hub announces of one file, before any byte of it is fetched: the headers of `HEAD /resolve`.
public struct FileMetadata: Hashable, Sendable {
  /// The commit that the revision resolved to.
  public var commit: CommitID
  /// The identity of the content.
  public var etag: ETag
  /// The content's length in bytes, unless the hub does not say.
  public var size: Int64?
  /// Where the bytes are: the file's own URL, or a store elsewhere to which the hub redirects.
  public var location: URL

  /// The announcement of a hub.
  public init(commit: CommitID, etag: ETag, size: Int64?, location: URL) {
    (self.commit, self.etag, self.size, self.location) = (commit, etag, size, location)
  }
}
