/// What went wrong, with what to do about it.
///
/// The facts are in the value; the sentences are made from them in one place (`HubError+Text.swift`). A program looks
/// at ``code``; a person reads ``description``, or ``explanation`` for every line there is to say.
public struct HubError: Error, Sendable {
  /// What happened.
  public let problem: Problem
  /// What it happened to.
  public var context: Context
  /// The error underneath, if another one led to this.
  public let cause: (any Error)?

  /// Makes an error; the context can be completed on the way up with ``with(_:)``.
  public init(_ problem: Problem, context: Context = Context(), cause: (any Error)? = nil) {
    (self.problem, self.context, self.cause) = (problem, context, cause)
  }

  /// The facts of a failure, each case with what its sentence needs.
  public enum Problem: Sendable, Hashable {
    /// A caller's value breaks a rule; nothing was sent or written. A secret's value is given as `nil`.
    case invalidArgument(name: String, value: String?, reason: String)
    /// A name that would leave its directory or touch what it must not.
    case unsafePath(String, reason: String)
    /// The hub knows no such repository, or hides it.
    case repositoryNotFound
    /// The repository has no such branch, tag or commit.
    case revisionNotFound
    /// The revision has no such file.
    case entryNotFound
    /// Access has to be asked for on the repository's page.
    case gated
    /// The hub has switched the repository off.
    case disabled
    /// No token, or one that the hub does not know.
    case unauthorized
    /// A token was required, and none found in these places.
    case tokenRequired(searched: [String])
    /// A known token without the right.
    case forbidden
    /// Too many requests; the hub named the seconds to wait, or did not.
    case rateLimited(retryAfter: Double?)
    /// Another status of 400 or more.
    case status(Int)
    /// The hub could not be reached, or broke off.
    case network(String)
    /// A limit on time was reached.
    case timeout(String)
    /// An answer that is not what the protocol says.
    case protocolViolation(String)
    /// An answer larger, deeper or longer than we accept.
    case limitExceeded(String)
    /// Bytes that are not the ones the hub announced.
    case integrity(expected: String, got: String)
    /// Files that are not cached, in a mode that forbids asking the hub.
    case notCached(files: [String], mode: OfflineMode)
    /// Something that only the hub knows was asked for, in a mode that forbids asking it.
    case offline(OfflineMode)
    /// A cache or target directory in a state that cannot be used.
    case cache(path: String, reason: String)
    /// Another process held a lock for too long.
    case lockTimeout(path: String, seconds: Double)
    /// No space left; the bytes needed and free, where known.
    case diskFull(path: String, needed: Int64?, free: Int64?)
    /// A file system that cannot be written.
    case readOnly(path: String)
    /// The operating system refused.
    case permission(path: String)
    /// Another failure of a system call, with its `errno`.
    case system(call: String, path: String, errno: Int32)
    /// The remote has moved on, or holds something else of that name.
    case conflict(String)
    /// The remote looked at a change and refused it: a hook or a rule of its own. Nothing changed.
    case rejected(String)
    /// A git repository that cannot be read or written, in the words of what tried.
    case repository(reason: String)
    /// A write was sent and its answer lost: it may have happened.
    case uncertain(String)
    /// A configuration file or environment variable with a wrong content.
    case configuration(source: String, reason: String)
    /// A file of tensors that breaks a rule of its format, or one of the limits on it.
    case checkpoint(file: String, reason: String)
    /// A checkpoint that names a function or class of Python that must not be called.
    case unsafeCheckpoint(file: String, global: String)
    /// The caller's task was cancelled.
    case cancelled
  }

  /// Why the hub was not asked.
  public enum OfflineMode: Sendable, Hashable {
    /// `localFilesOnly`, or `--offline`.
    case argument
    /// An environment variable, by name: `HF_HUB_OFFLINE`.
    case variable(String)
  }

  /// The kind of a failure, for programs.
  public enum Code: String, Sendable, Hashable, CaseIterable, Codable {
    /// See the ``HubError/Problem`` of the same name.
    case invalidArgument, unsafePath, repositoryNotFound, revisionNotFound, entryNotFound, gated, disabled
    /// See the ``HubError/Problem`` of the same name.
    case unauthorized, tokenRequired, forbidden, rateLimited, status, network, timeout, protocolViolation
    /// See the ``HubError/Problem`` of the same name.
    case limitExceeded, integrity, notCached, offline, cache, lockTimeout, diskFull, readOnly, permission, system
    /// See the ``HubError/Problem`` of the same name.
    case conflict, rejected, repository, uncertain, configuration, checkpoint, unsafeCheckpoint, cancelled
  }

  /// What a failure happened to.
  public struct Context: Sendable, Hashable {
    /// The repository asked for.
    public var repository: RepositoryID?
    /// The revision asked for.
    public var revision: Revision?
    /// The file asked for.
    public var file: String?
    /// The URL, without user info and query.
    public var url: String?
    /// The identity that the hub gave the request, to quote to its operators.
    public var requestID: String?
    /// The hub's own words, as sent; escaped only when printed.
    public var serverMessage: String?

    /// A context; what is not known stays out.
    public init(
      repository: RepositoryID? = nil, revision: Revision? = nil, file: String? = nil, url: String? = nil,
      requestID: String? = nil, serverMessage: String? = nil
    ) {
      (self.repository, self.revision, self.file) = (repository, revision, file)
      (self.url, self.requestID, self.serverMessage) = (url, requestID, serverMessage)
    }

    /// This context, completed with what `other` knows and this one does not.
    public func completed(by other: Context) -> Context {
      Context(
        repository: repository ?? other.repository, revision: revision ?? other.revision, file: file ?? other.file,
        url: url ?? other.url, requestID: requestID ?? other.requestID,
        serverMessage: serverMessage ?? other.serverMessage)
    }
  }

  /// The kind of the failure.
  public var code: Code {
    switch problem {
    case .invalidArgument: .invalidArgument
    case .unsafePath: .unsafePath
    case .repositoryNotFound: .repositoryNotFound
    case .revisionNotFound: .revisionNotFound
    case .entryNotFound: .entryNotFound
    case .gated: .gated
    case .disabled: .disabled
    case .unauthorized: .unauthorized
    case .tokenRequired: .tokenRequired
    case .forbidden: .forbidden
    case .rateLimited: .rateLimited
    case .status: .status
    case .network: .network
    case .timeout: .timeout
    case .protocolViolation: .protocolViolation
    case .limitExceeded: .limitExceeded
    case .integrity: .integrity
    case .notCached: .notCached
    case .offline: .offline
    case .cache: .cache
    case .lockTimeout: .lockTimeout
    case .diskFull: .diskFull
    case .readOnly: .readOnly
    case .permission: .permission
    case .system: .system
    case .conflict: .conflict
    case .rejected: .rejected
    case .repository: .repository
    case .uncertain: .uncertain
    case .configuration: .configuration
    case .checkpoint: .checkpoint
    case .unsafeCheckpoint: .unsafeCheckpoint
    case .cancelled: .cancelled
    }
  }

  /// The same error, its context completed by `context`.
  public func with(_ context: Context) -> HubError {
    HubError(problem, context: self.context.completed(by: context), cause: cause)
  }
}
