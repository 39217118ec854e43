public import Foundation
public import HubGit
public import Logging

extension HubServer {
  /// How a hub is run.
  public struct Configuration: Sendable {
    /// The directory that holds everything.
    public var root: String
    /// The address to listen on; a name or an IP address.
    public var host: String
    /// The port; 0 for a free one.
    public var port: Int
    /// The file of tokens (see ``TokenFile``), or `nil` for a hub without accounts.
    public var tokenFile: String?
    /// The URL under which clients reach the hub, without a slash at its end, where a proxy stands before it; `nil` to
    /// take the `Host` header's word.
    public var publicEndpoint: URL?
    /// The certificate to serve https with; `nil` for plain http.
    public var tls: TLSFiles?
    /// Whether plain http may leave this machine, where every token in it can be read on the way.
    public var allowsInsecureHTTP = false
    /// What a client may ask of the server.
    public var limits: Limits
    /// The directories in which `git` is looked for, separated by colons.
    public var searchPath = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    /// Told of every request, never of a secret.
    public var logger: Logger

    /// A hub on loopback; everything but the directory has a default.
    public init(
      root: String, host: String = "127.0.0.1", port: Int = 0, tokenFile: String? = nil, publicEndpoint: URL? = nil,
      limits: Limits = Limits(), logger: Logger = Logger(label: "dhub.serve")
    ) {
      (self.root, self.host, self.port, self.tokenFile) = (root, host, port, tokenFile)
      (self.publicEndpoint, self.limits, self.logger) = (publicEndpoint, limits, logger)
    }
  }

  /// What a client may ask of the server.
  public struct Limits: Sendable, Hashable {
    /// Connections at once; more wait to be accepted. Fewer where the process may not open as many files: two for each.
    public var connections: Int
    /// Connections of one address at once, beyond which they are closed; `nil` for an eighth of ``connections``, and for
    /// any number where the hub is on loopback or behind a proxy (``Configuration/publicEndpoint``).
    public var connectionsPerAddress: Int?
    /// The longest request target, in bytes.
    public var target: Int
    /// All header fields of a request together, in bytes.
    public var headers: Int
    /// The longest body of a request, in bytes; that of a commit has a limit of its own.
    public var body: Int
    /// The longest body of a commit, in bytes; it is on the disk while it arrives, not in memory.
    public var commit: Int64
    /// Seconds that a connection may be idle, or take to send a request.
    public var idleSeconds: Int64
    /// Seconds that a client may take to accept one megabyte.
    public var stallSeconds: Int64
    /// Seconds after which transfers still under way are broken off when the server stops.
    public var stopSeconds: Int64
    /// Requests that are being answered at once; more are told to come again.
    public var requests: Int
    /// Requests of one user, or of one address without a token, in ``rateSeconds``; `nil` for no limit.
    public var rate: Int?
    /// Wrong tokens from one address in ``rateSeconds``, after which none of that address is tried any more.
    public var wrongTokens: Int
    /// The length of the windows in which ``rate`` and ``wrongTokens`` are counted, in seconds.
    public var rateSeconds: Int64
    /// How much of a tree is looked at.
    public var tree: TreeLimits
    /// The longest blob in a git pack that is served, in bytes, as it is in memory while it is inflated; larger files
    /// belong in git LFS, which has no limit.
    public var packedBlob: Int
    /// The longest pack that may be pushed, in bytes.
    public var push: Int64 = 2 << 30
    /// The longest file that a push may put into git itself, in bytes; larger ones belong in git LFS.
    public var pushedBlob: Int64 = 10 << 20
    /// The longest object of git LFS, in bytes.
    public var lfsObject: Int64 = 1 << 40
    /// Objects of git LFS that are longer, in bytes, are sent in parts of this length by clients that can.
    public var lfsPart: Int64 = 128 << 20
    /// Programs of git that run for clients at once; others wait for their turn.
    public var gitProcesses = 16
    /// Seconds that one of them may run.
    public var gitSeconds = 3600
    /// Bytes of memory that one of them may use, where the system can bound it.
    public var gitMemory = 1 << 30

    /// The usual limits.
    public init() {
      (connections, target, headers, body) = (4096, 8 << 10, 32 << 10, 4 << 20)
      (idleSeconds, stallSeconds, stopSeconds) = (60, 120, 30)
      (tree, packedBlob, commit) = (TreeLimits(), 256 << 20, 64 << 30)
      (requests, rate, wrongTokens, rateSeconds) = (1024, nil, 100, 300)
    }
  }
}
