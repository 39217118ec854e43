import Foundation
import HTTPTypes
import HubGit
import HubModel

private func isoTime(_ seconds: Int64) -> String { timestamp(seconds) }

/// What the gate's routes take and answer (protocol reference, section 14).
private enum AccessForm {
  /// The body of `handle`: Python up to 0.36 names the user, later ones a user or a request.
  struct Decision: Decodable {
    let user, userId, requestId: String?
    let status: AccessBook.Status
    let rejectionReason: String?
  }

  struct Grant: Decodable {
    let user: String
  }

  struct Listed: Encodable {
    struct User: Encodable {
      let user, fullname: String
    }

    let user: User
    let requestId, status, timestamp: String
    let fields: [String: String]?
    let rejectionReason, grantedBy: String?

    init(_ entry: AccessBook.Entry) {
      user = User(user: entry.user, fullname: entry.user)
      (requestId, status, timestamp) = (entry.id, entry.status.rawValue, isoTime(entry.time))
      (fields, rejectionReason) = (entry.fields, entry.reason)
      grantedBy = entry.status == .accepted ? entry.decidedBy : nil
    }
  }
}

extension HubService {
  /// The answer to a request about the readers of a gated repository.
  func access(
    _ id: RepositoryID, _ verb: Route.AccessVerb, _ request: HubRequest, _ body: BodyReader
  ) async throws -> Reply {
    let isListing = [.pending, .accepted, .rejected].contains(verb)
    guard request.method == (isListing ? .get : .post) else {
      throw Refusal.wrongMethod(allowed: isListing ? "GET" : "POST")
    }
    switch verb {
    case .ask: return try await ask(id, request, try await body.bytes(limit: 16 << 10))
    case .handle:
      let decision: AccessForm.Decision = try parse(try await body.bytes(limit: 16 << 10))
      return try await handle(id, decision, request)
    case .grant:
      let grant: AccessForm.Grant = try parse(try await body.bytes(limit: 16 << 10))
      return try await self.grant(id, grant.user, request)
    case .pending, .accepted, .rejected: return try await requests(id, verb.rawValue, request)
    }
  }

  /// Takes a request to read; where the gate is automatic it is granted at once.
  private func ask(_ id: RepositoryID, _ request: HubRequest, _ form: [UInt8]) async throws -> Reply {
    guard let caller = request.caller else { throw accounts == nil ? Refusal.noRoute : Refusal.noToken }
    let fields = Self.fields(form)
    return try await gated(id, request) { repository, marks, book in
      if caller.isInside(id, marks) { return try Reply(json: ["status": "accepted"]) }
      if let entry = book.entry(user: caller.user, id: nil) {
        guard entry.status != .rejected else {
          throw Refusal(.forbidden, "Your request to read this repository was rejected", code: "GatedRepo")
        }
        if marks.gate == .manual { return try Reply(json: ["status": entry.status.rawValue]) }
      }
      guard book.entries.count < AccessBook.limit else {
        throw Refusal(.tooManyRequests, "This repository has too many requests already")
      }
      let status = marks.gate == .auto ? AccessBook.Status.accepted : .pending
      let entry = AccessBook.Entry(
        id: UUID().uuidString.lowercased(), user: caller.user, time: currentSeconds(), status: status, fields: fields)
      book.put(entry)
      try book.save(entry, in: repository)
      return try Reply(json: ["status": status.rawValue])
    }
  }

  private func requests(_ id: RepositoryID, _ status: String, _ request: HubRequest) async throws -> Reply {
    try await deciding(id, request) { _, _, book, _ in
      try Reply(json: book.entries.filter { $0.status.rawValue == status }.map(AccessForm.Listed.init))
    }
  }

  private func handle(
    _ id: RepositoryID, _ decision: AccessForm.Decision, _ request: HubRequest
  ) async throws -> Reply {
    guard decision.rejectionReason?.utf8.count ?? 0 <= 4096 else {
      throw Refusal.badRequest("The reason is longer than 4096 bytes")
    }
    return try await deciding(id, request) { repository, _, book, caller in
      guard var entry = book.entry(user: decision.user ?? decision.userId, id: decision.requestId) else {
        throw Refusal(.notFound, "There is no such request")
      }
      guard entry.status != decision.status else {
        throw Refusal(.notFound, "The request of \(entry.user) is \(entry.status.rawValue) already")
      }
      entry.status = decision.status
      (entry.decidedBy, entry.decidedAt, entry.reason) = (caller.user, currentSeconds(), decision.rejectionReason)
      book.put(entry)
      try book.save(entry, in: repository)
      return try Reply(json: AccessForm.Listed(entry))
    }
  }

  /// Lets somebody read who has not asked.
  private func grant(_ id: RepositoryID, _ user: String, _ request: HubRequest) async throws -> Reply {
    try await deciding(id, request) { repository, marks, book, caller in
      guard try accounts?.knows(user) == true else { throw Refusal(.notFound, "There is no such user") }
      guard !marks.readers.contains(user), id.owner != user else {
        throw Refusal.badRequest("\(user) may read this repository already")
      }
      let old = book.entry(user: user, id: nil)
      let now = currentSeconds()
      let entry = AccessBook.Entry(
        id: old?.id ?? UUID().uuidString.lowercased(), user: user, time: old?.time ?? now, status: .accepted,
        fields: old?.fields, decidedBy: caller.user, decidedAt: now)
      book.put(entry)
      try book.save(entry, in: repository)
      return try Reply(json: AccessForm.Listed(entry))
    }
  }

  /// Lets `work` look into the book of a gated repository, if the caller may write to it.
  private func deciding(
    _ id: RepositoryID, _ request: HubRequest,
    _ work:
      @escaping @Sendable (borrowing GitRepository, RepositoryMarks, inout AccessBook, Account) throws -> Reply
  ) async throws -> Reply {
    guard let caller = request.caller else { throw absence(for: request) }
    return try await gated(id, request) { repository, marks, book in
      guard caller.mayWrite(to: id) else { throw Refusal.notWritable }
      return try work(repository, marks, &book, caller)
    }
  }

  private func gated(
    _ id: RepositoryID, _ request: HubRequest,
    _ work: @escaping @Sendable (borrowing GitRepository, RepositoryMarks, inout AccessBook) throws -> Reply
  ) async throws -> Reply {
    try await locks.locked(repositories.path(of: id)) {
      try await reading(id, request) { repository, _ in
        try AccessBook.locked(repositoryAt: repository.path) {
          // As it is now that nobody else changes it.
          let marks = try RepositoryMarks(repository)
          guard marks.gate != .open else { throw Refusal.badRequest("This repository is not gated") }
          var book = try AccessBook(repository, marks)
          return try work(repository, marks, &book)
        }
      }
    }
  }

  private func parse<Value: Decodable>(_ bytes: [UInt8]) throws(Refusal) -> Value {
    do {
      return try JSONDecoder().decode(Value.self, from: Data(bytes))
    } catch {
      throw Refusal.badRequest(#"The body is not JSON of the form {"user": "NAME", "status": "accepted"}"#)
    }
  }

  /// What a user has written in the form, in either of its codings; nothing if it is neither.
  private static func fields(_ form: [UInt8]) -> [String: String]? {
    if form.isEmpty { return nil }
    // Absence: a form need not be JSON.
    if let fields = try? JSONDecoder().decode([String: String].self, from: Data(form)) { return fields }
    return String(validating: form, as: UTF8.self).map { Query($0).all }
  }
}

extension Query {
  /// Every field with its last value.
  fileprivate var all: [String: String] { names.reduce(into: [:]) { $0[$1] = self[$1] } }
}
