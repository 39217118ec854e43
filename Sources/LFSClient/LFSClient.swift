// # LFSClient: content on its way out
//
// What is too large for git goes to LFS storage before the commit that needs it, so that no commit ever points to what is
// not there. The same client serves the endpoints of hubs and those of plain git servers (git-lfs `docs/api`):
//
//     LFSObject ──> batch ──> nothing to do                      the server has it: that is how an upload resumes
//                        ├──> refused                            the server's own words, and the path
//                        ├──> PUT the bytes          (basic)     ┐
//                        └──> PUT each part, then POST their     ├──> verify, if the server asks for it
//                             identities  (parts, as hubs do)    ┘
//
// Two rules are kept here for all that is sent, also within commits:
//
// - *A content is sent as it was hashed.* A file is looked at when it is opened and again when its last byte has been read;
//   one that is not the file that was hashed (``ContentSource``) stops the push, before anything refers to it.
// - *A token goes to its own origin alone.* The batch names URLs anywhere; elsewhere they get the header fields that the
//   server gave for them and nothing else.
//
// A push to a repository on this machine puts its objects into `lfs/objects` itself, where git-lfs looks for them.
public import Foundation
public import HubModel
public import HubTransport

/// Sends objects to the LFS storage of one repository.
public struct LFSClient: Sendable {
  /// The base of the interface, such as `https://hub/org/model.git/info/lfs`.
  public let endpoint: URL
  /// The credentials for the endpoint's own origin.
  public let token: BoundToken?
  /// The ref that the objects are for, as the server wants to see it; some give rights by it.
  public var reference: String?
  /// Proxies, as in ``HubTransport/HTTPRequest/proxies``.
  public var proxies: [String: String]
  /// How often requests are tried.
  public var retrying: Retrying
  /// The limits on time.
  public var timeouts: HTTPTimeouts
  /// How many objects, or parts of one, are sent at once.
  public var maximumTransfers: Int
  /// Told what has happened; called from any thread.
  public var progress: (@Sendable (LFSProgress) -> Void)?
  let transport: CurlTransport

  /// A client of the storage at `endpoint`.
  public init(
    transport: CurlTransport, endpoint: URL, token: BoundToken?, reference: String? = nil,
    proxies: [String: String] = [:], retrying: Retrying = Retrying(), timeouts: HTTPTimeouts = HTTPTimeouts(),
    maximumTransfers: Int = 4, progress: (@Sendable (LFSProgress) -> Void)? = nil
  ) {
    (self.transport, self.endpoint, self.token) = (transport, endpoint, token)
    (self.reference, self.proxies, self.retrying, self.timeouts) = (reference, proxies, retrying, timeouts)
    (self.maximumTransfers, self.progress) = (max(1, maximumTransfers), progress)
  }

  /// How many objects are asked about at once, as git-lfs does.
  private static let batchLength = 100

  /// Sends those of `objects` that the storage does not have.
  ///
  /// What has been stored stays stored: after an interruption the same call sends what is missing.
  ///
  /// - Returns: How many objects were sent.
  /// - Throws: `forbidden`, `conflict` and the like for an object that is refused, with its path and the server's words;
  ///   `conflict` for a file that is another one than when it was hashed; `entryNotFound` for one that is gone;
  ///   `protocolViolation` for an answer that is none; `unauthorized`, `network`, `timeout` and so on for a request.
  @discardableResult
  public func upload(_ objects: [LFSObject]) async throws(HubError) -> Int {
    var sent = 0
    for start in stride(from: 0, to: objects.count, by: Self.batchLength) {
      let part = Array(objects[start..<min(start + Self.batchLength, objects.count)])
      let uploads = try await plan(part)
      let connections = uploads.count == 1 ? maximumTransfers : 1
      try await concurrently(uploads, limit: maximumTransfers) { upload throws(HubError) in
        try await self.send(upload, connections: connections)
      }
      sent += uploads.count
    }
    return sent
  }
}

/// A moment of an upload.
public enum LFSProgress: Sendable, Hashable {
  /// The storage has the object already.
  case skipped(RepositoryPath, bytes: Int64)
  /// So many bytes of an object are at the storage or on their way; fewer than before when some are sent again.
  case sent(RepositoryPath, bytes: Int64)
  /// All of it has been stored.
  case finished(RepositoryPath)
}
