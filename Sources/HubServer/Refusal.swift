import HTTPTypes
import HubModel

/// An answer other than the one asked for, as clients of the hub tell them apart (protocol reference, section 2.6).
struct Refusal: Error, Sendable {
  var status: HTTPResponse.Status
  /// The value of `X-Error-Code`, by which Python chooses the class of the exception.
  var code: String?
  /// The words of `X-Error-Message` and of the body.
  var message: String
  /// Further fields.
  var headers = HTTPFields()

  init(_ status: HTTPResponse.Status, _ message: String, code: String? = nil, headers: HTTPFields = [:]) {
    (self.status, self.message, self.code, self.headers) = (status, message, code, headers)
  }

  /// For those without a token: with one it might be different.
  static let anonymous = Refusal(
    .unauthorized, "Invalid username or password.", code: "RepoNotFound", headers: challenge)
  static let noRepository = Refusal(.notFound, "Repository not found", code: "RepoNotFound")
  /// The message is compared exactly by clients.
  static let badToken = Refusal(
    .unauthorized, "Invalid credentials in Authorization header", headers: challenge)
  static let noToken = Refusal(.unauthorized, "Invalid username or password.", headers: challenge)
  /// The message is compared exactly by clients.
  static let disabled = Refusal(.forbidden, "Access to this resource is disabled.")
  static let noRoute = Refusal(.notFound, "There is nothing at this address")
  static let notWritable = Refusal(.forbidden, "This token may not write to this repository")

  static func gated(_ id: RepositoryID, isAnonymous: Bool) -> Refusal {
    let message = "Access to \(id.kind.rawValue) \(id.name) is restricted."
    return isAnonymous
      ? Refusal(
        .unauthorized, message + " You must have access to it and be authenticated.", code: "GatedRepo",
        headers: challenge)
      : Refusal(.forbidden, message + " Your account is not among its readers; ask its owner.", code: "GatedRepo")
  }

  static func noRevision(_ revision: Revision) -> Refusal {
    Refusal(.notFound, "Invalid rev id: \(revision.name)", code: "RevisionNotFound")
  }

  /// The commit goes with it: clients remember that this commit has no such file.
  static func noEntry(in commit: CommitID) -> Refusal {
    Refusal(.notFound, "Entry not found", code: "EntryNotFound", headers: [.repoCommit: commit.hex])
  }

  static func badRequest(_ message: String) -> Refusal { Refusal(.badRequest, message) }

  static func wrongMethod(allowed: String) -> Refusal {
    Refusal(.methodNotAllowed, "Only \(allowed) is answered here", headers: [.allow: allowed])
  }

  private static let challenge: HTTPFields = [
    .wwwAuthenticate: #"Bearer realm="diffusion-hub", Basic realm="diffusion-hub", charset="UTF-8""#
  ]

  /// The answer for a failure below; what is not the client's business is only logged.
  init(_ error: HubError) {
    switch error.code {
    case .revisionNotFound: self = error.context.revision.map(Refusal.noRevision) ?? .noRepository
    case .repositoryNotFound: self = .noRepository
    case .limitExceeded: self.init(.unprocessableContent, error.description)
    case .invalidArgument, .unsafePath: self.init(.badRequest, error.description)
    case .conflict: self.init(.conflict, error.description)
    case .entryNotFound: self.init(.notFound, error.description, code: "EntryNotFound")
    case .diskFull: self.init(HTTPResponse.Status(code: 507), "The server's disk is full")
    case .cancelled: self.init(.serviceUnavailable, "The server is stopping")
    default: self.init(.internalServerError, "The server cannot read this repository; its log says why")
    }
  }
}

extension HTTPField.Name {
  // Names of fixed ASCII text are always valid.
  static let repoCommit = Self("X-Repo-Commit")!
  static let linkedETag = Self("X-Linked-ETag")!
  static let linkedSize = Self("X-Linked-Size")!
  static let errorCode = Self("X-Error-Code")!
  static let errorMessage = Self("X-Error-Message")!
  static let requestID = Self("X-Request-Id")!
  static let link = Self("Link")!
}
