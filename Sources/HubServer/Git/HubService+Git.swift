import Foundation
import HTTPTypes
import HubGit
import HubModel
import NIOCore

extension HubService {
  /// git's smart HTTP (gitprotocol-http), by the `git` of the machine.
  func git(
    _ id: RepositoryID, _ service: Route.GitService, _ request: HubRequest, _ body: BodyReader
  ) async throws -> Reply {
    switch service {
    case .references:
      guard request.method == .get else { throw Refusal.wrongMethod(allowed: "GET") }
      guard let asked = request.query["service"].flatMap(Route.GitService.init(rawValue:)), asked != .references else {
        throw Refusal(.forbidden, "This hub speaks the smart protocol of git alone; use a newer git")
      }
      return try await advertise(id, asked, request)
    case .uploadPack, .receivePack:
      guard request.method == .post else { throw Refusal.wrongMethod(allowed: "POST") }
      guard request.headers[.contentType] == "application/x-\(service.rawValue)-request" else {
        throw Refusal(.unsupportedMediaType, "The body is not of the type application/x-\(service.rawValue)-request")
      }
      let account = try await permit(service, id, request)
      let input = try await spooled(body, service, request)
      return try await run(service, id, request, account, input)
    }
  }

  /// What there is, and what the server can do.
  private func advertise(_ id: RepositoryID, _ service: Route.GitService, _ request: HubRequest) async throws -> Reply {
    let account = try await permit(service, id, request)
    return try await run(service, id, request, account, nil)
  }

  /// Who is asking, if they may.
  private func permit(
    _ service: Route.GitService, _ id: RepositoryID, _ request: HubRequest
  ) async throws -> Account? {
    guard service == .receivePack else {
      return try await reading(id, request, needsContent: true) { _, _ in request.caller }
    }
    return try await writing(id, request) { _, _, account in account }
  }

  private func run(
    _ service: Route.GitService, _ id: RepositoryID, _ request: HubRequest, _ account: Account?, _ input: ServedFile?
  ) async throws -> Reply {
    guard let program = engine.program else {
      throw Refusal(.notImplemented, "This hub has no git, and so no clones and pushes; its other interfaces work")
    }
    // A push has no version of its own: git speaks the first one.
    let version = service == .uploadPack ? Self.version(request) : nil
    let job = GitSession.Job(
      service: service, repository: repositories.path(of: id), input: input, version: version, user: account?.user,
      decide: { question in
        account.map { PushCheck(service: self, id: id, account: $0).verdict(question) }
          ?? PushVerdict(objections: ["nobody pushes"])
      })
    let turn = try await engine.turn(for: request.party)
    let session = try await GitThreads.run { () throws(HubError) in
      try GitSession(job, program, engine, turn)
    }
    let preamble = input == nil && version?.contains("version=2") != true ? Self.preamble(service) : nil
    return Reply(
      headers: [
        .contentType: "application/x-\(service.rawValue)-\(input == nil ? "advertisement" : "result")",
        .cacheControl: "no-cache, max-age=0, must-revalidate", .pragma: "no-cache",
        .expires: "Fri, 01 Jan 1980 00:00:00 GMT", .xContentTypeOptions: "nosniff",
      ],
      body: .stream { writer in
        if let preamble { try await writer.write(ByteBuffer(string: preamble)) }
        try await session.send(to: &writer)
      })
  }

  /// What the client says of the version of the protocol, if it is of the form that git reads.
  private static func version(_ request: HubRequest) -> String? {
    request.headers[.gitProtocol].flatMap { value in
      let isPlain =
        value.utf8.count <= 100
        && value.utf8.allSatisfy { "abcdefghijklmnopqrstuvwxyz0123456789=:.-".utf8.contains($0) }
      return isPlain ? value : nil
    }
  }

  /// The line, as long as its first four digits say, before the refs in the versions 0 and 1.
  private static func preamble(_ service: Route.GitService) -> String {
    let line = "# service=\(service.rawValue)\n"
    let digits = String(line.utf8.count + 4, radix: 16)
    return String(repeating: "0", count: 4 - digits.count) + digits + line + "0000"
  }

  /// The body of a request in a file without a name, inflated if it came in gzip.
  private func spooled(
    _ body: BodyReader, _ service: Route.GitService, _ request: HubRequest
  ) async throws -> ServedFile {
    let limit = service == .receivePack ? limits.push + Self.commands : Self.commands
    let file = try await GitThreads.run { () throws(HubError) in try spool.empty() }
    let store: @Sendable (UnsafeRawBufferPointer) throws(HubError) -> Void = { bytes throws(HubError) in
      try writeAll(bytes, to: file.descriptor, spool.directory)
    }
    do {
      switch request.headers[.contentEncoding]?.lowercased() {
      case nil, "identity": try await body.drain(limit: limit, into: store)
      case "gzip", "x-gzip":
        let gzip = try GzipReader(limit: limit)
        try await body.drain(limit: limit) { bytes throws(HubError) in try gzip.append(bytes, into: store) }
        guard gzip.isComplete else { throw Refusal.badRequest("The body in gzip is cut short") }
      default: throw Refusal(.unsupportedMediaType, "The body may be in gzip, or as it is")
      }
    } catch let error as HubError {
      if error.code == .limitExceeded {
        throw Refusal(.contentTooLarge, "The body inflates to more than \(limit) bytes")
      }
      if let refusal = Refusal(storing: error) { throw refusal }
      throw error
    }
    return file
  }

  /// What is in a request beside a pack: the objects that the client has and wants, or the refs of a push.
  private static var commands: Int64 { 32 << 20 }
}

extension HTTPField.Name {
  // Names of fixed ASCII text are always valid.
  static let pragma = Self("Pragma")!
  static let gitProtocol = Self("Git-Protocol")!
}
