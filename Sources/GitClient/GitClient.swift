public import HubModel
public import HubTransport

// # GitClient: commits on any git server, without a `git` program
//
// A push is three steps, each a value or a function of its own:
//
// 1. *See* where the ref is and which files there are (``GitClient/head(of:reference:)`` -> ``RemoteHead``).
// 2. *Make* a commit of the changes on top, as a pack that holds what is new and nothing else
//    (`GitRepository.pack` in HubGit).
// 3. *Hand it over* with the commit that the ref must still be at: compare and swap, one ref, one request. The remote
//    shows all of the push or nothing of it.
//
// ## What travels
//
// To change a file one needs to know the trees above it, and neither the other files nor the past. Version 2 of git's
// protocol can say so (gitprotocol-v2): `ls-refs` for one ref, `fetch` with `deepen 1` (no history) and
// `filter blob:none` (no content). libgit2 speaks only version 0, so the few lines of version 2 are ours
// (``PacketLine``, ``Advertisement``, ``UploadPackRequest``, ``FetchAnswer``, ``ReportStatus``: values that are tested
// without a socket); the pack is checked and stored by libgit2 (`git_odb_write_pack`), and made by it
// (`git_packbuilder_insert`).
//
//     GET  info/refs?service=git-upload-pack     what can you do?
//     POST git-upload-pack                       ls-refs
//     POST git-upload-pack                       fetch: a commit and its trees
//     GET  info/refs?service=git-receive-pack    may I write, and is the ref still there?
//     POST git-receive-pack                      old commit, new commit, ref, pack
//
// A server without version 2, or without filters, sends what it has: all of it the first time, into a mirror that is
// kept in the cache, and what is new from then on (``Mirror``). libgit2 does that, over our own requests
// (`git_transport_smart` with a subtransport), so that certificates, proxies, tokens and limits have one implementation.
//
// A directory needs no protocol: its trees are read where they are, hooks are run as `git receive-pack` runs them.
//
// ## Who loses a race
//
// The server compares. A push that finds the ref elsewhere is a `conflict`; ``GitClient/ConflictPolicy/rebase(attempts:)``
// looks again, and commits on top of what is there now if nobody else touched the same paths. An answer that was lost
// is asked for: if the ref is at our commit the push was done; if it is where it was, the same push is sent again, which
// the comparison makes safe; else nobody can say (`uncertain`).
//
// ## Secrets
//
// A token is a header of requests to its own origin (``HubModel/BoundToken``), as Basic credentials, which git servers
// and hubs both take. It is in no URL, no configuration, no log, no argument and no environment of a hook.

/// Reads and writes refs of git repositories, anywhere.
public struct GitClient: Sendable {
  /// Sends requests; `nil` if only directories may be reached.
  public var transport: CurlTransport?
  /// The credentials, which are sent to their origin alone, as Basic whatever their scheme says.
  public var token: BoundToken?
  /// Where mirrors are kept, or `nil` to keep none.
  public var cacheDirectory: String?
  /// Proxies by scheme or by `scheme://host`; see ``HubTransport/ProxySelection``.
  public var proxies: [String: String] = [:]
  /// The limits on time: a server may count objects or run hooks for minutes before it answers.
  public var timeouts = HTTPTimeouts(connect: 10, response: 300, idle: 60, minimumRate: 1)
  /// How often questions are asked.
  public var retrying = Retrying()
  /// The longest pack that is accepted, in bytes.
  public var packLimit: Int64 = 16 << 30
  /// Told what is going on, from any thread.
  public var progress: @Sendable (GitProgress) -> Void

  /// A client; nothing is sent before the first call.
  public init(
    transport: CurlTransport? = nil, token: BoundToken? = nil, cacheDirectory: String? = nil,
    progress: @escaping @Sendable (GitProgress) -> Void = { _ in }
  ) {
    (self.transport, self.token, self.cacheDirectory, self.progress) = (transport, token, cacheDirectory, progress)
  }

  /// What to do when somebody else was faster.
  public enum ConflictPolicy: Hashable, Sendable {
    /// Throw `conflict`.
    case fail
    /// Look again, up to so many times, and commit on top of what is there if nobody else touched the same paths.
    case rebase(attempts: Int)
  }
}

/// What a push is busy with.
public enum GitProgress: Hashable, Sendable {
  /// So many bytes of the current answer have arrived.
  case fetched(bytes: Int64)
  /// A pack of so many bytes is sent.
  case pushing(bytes: Int64)
  /// Words of the server for a person, as sent: control characters included.
  case message(String)
}
