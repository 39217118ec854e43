/// The question where objects of git LFS are fetched from or sent to (git-lfs `docs/api/batch.md`).
public struct LFSBatchRequest: Codable, Hashable, Sendable {
  /// What is to be done with the objects.
  public enum Operation: String, Codable, Hashable, Sendable {
    /// To send them.
    case upload
    /// To fetch them.
    case download
  }

  /// An object.
  public struct Object: Codable, Hashable, Sendable {
    /// The SHA-256 of its bytes.
    public var oid: String
    /// Their number.
    public var size: Int64

    /// An object.
    public init(oid: String, size: Int64) { (self.oid, self.size) = (oid, size) }
  }

  /// A ref.
  public struct Reference: Codable, Hashable, Sendable {
    /// `refs/heads/main`, or `main` as Python says.
    public var name: String

    /// A ref.
    public init(name: String) { self.name = name }
  }

  /// What is to be done.
  public var operation: Operation
  /// The ways that the client knows; `basic` if missing.
  public var transfers: [String]?
  /// The objects.
  public var objects: [Object]
  /// The ref that they are for.
  public var ref: Reference?
  /// `sha256`; one client writes `sha_256`.
  public var hash_algo: String?

  /// A question about `objects`.
  public init(_ operation: Operation, objects: [Object], transfers: [String], ref: String?) {
    (self.operation, self.objects, self.transfers) = (operation, objects, transfers)
    (self.ref, hash_algo) = (ref.map(Reference.init), "sha256")
  }
}

/// The answer to ``LFSBatchRequest``.
public struct LFSBatchAnswer: Codable, Hashable, Sendable {
  /// Where to send a request, and with what header fields.
  ///
  /// An upload in parts has `chunk_size` among them, and a URL for each part under its number (`"00001"`).
  public struct Action: Codable, Hashable, Sendable {
    /// The URL.
    public var href: String
    /// Header fields for the request.
    public var header: [String: String]?
    /// Seconds for which the URL is good.
    public var expires_in: Int?

    /// A request to make.
    public init(href: String, header: [String: String]? = nil, expires_in: Int? = nil) {
      (self.href, self.header, self.expires_in) = (href, header, expires_in)
    }
  }

  /// Why there is nothing to be done about an object.
  public struct Failure: Codable, Hashable, Sendable {
    /// As an HTTP status.
    public var code: Int
    /// In words.
    public var message: String

    /// A failure.
    public init(code: Int, message: String) { (self.code, self.message) = (code, message) }
  }

  /// What is to be done about an object.
  public struct Object: Codable, Hashable, Sendable {
    /// The SHA-256 of its bytes.
    public var oid: String
    /// Their number.
    public var size: Int64
    /// Whether the actions need no credentials of the client's own.
    public var authenticated: Bool?
    /// The requests by name: `upload`, `verify`, `download`. Missing if there is nothing to be done; never empty, which
    /// breaks clients.
    public var actions: [String: Action]?
    /// Why there is nothing to be done.
    public var error: Failure?

    /// What is to be done about an object.
    public init(
      oid: String, size: Int64, authenticated: Bool? = nil, actions: [String: Action]? = nil, error: Failure? = nil
    ) {
      (self.oid, self.size, self.authenticated) = (oid, size, authenticated)
      (self.actions, self.error) = (actions, error)
    }
  }

  /// The way that was chosen; `basic` if missing.
  public var transfer: String?
  /// The objects, as asked.
  public var objects: [Object]
  /// `sha256`.
  public var hash_algo: String?

  /// An answer.
  public init(transfer: String, objects: [Object]) {
    (self.transfer, self.objects, hash_algo) = (transfer, objects, "sha256")
  }
}

/// The message that all parts of an object have been sent.
public struct LFSCompletion: Codable, Hashable, Sendable {
  /// A part, by number from 1, and the `ETag` of the answer to it, with its quotes.
  public struct Part: Codable, Hashable, Sendable {
    /// From 1.
    public var partNumber: Int
    /// As the storage gave it.
    public var etag: String

    /// A part.
    public init(partNumber: Int, etag: String) { (self.partNumber, self.etag) = (partNumber, etag) }
  }

  /// The object.
  public var oid: String
  /// Its parts, in order.
  public var parts: [Part]

  /// All parts of an object.
  public init(oid: String, parts: [Part]) { (self.oid, self.parts) = (oid, parts) }
}
