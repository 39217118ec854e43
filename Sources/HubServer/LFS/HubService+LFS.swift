import Foundation
import HTTPTypes
import HubGit
import HubModel

extension HubService {
  /// Git LFS: the batch, the storage that it names, and locks (git-lfs `docs/api`, protocol reference, section 6).
  func lfs(
    _ id: RepositoryID, _ service: Route.LFSService, _ request: HubRequest, _ body: BodyReader
  ) async throws -> Reply {
    do {
      return try await answer(id, service, request, body)
    } catch let refusal as Refusal {
      return Reply(lfs: refusal)
    } catch let error as HubError {
      guard let refusal = Refusal(storing: error) else { throw error }
      return Reply(lfs: refusal)
    }
  }

  private func answer(
    _ id: RepositoryID, _ service: Route.LFSService, _ request: HubRequest, _ body: BodyReader
  ) async throws -> Reply {
    switch (service, request.method) {
    case (.batch, .post): try await batch(id, request, try await message(body))
    case (.object(let oid), .get), (.object(let oid), .head): try await object(id, oid, request)
    case (.object(let oid), .put): try await receive(id, oid, request, body)
    case (.part(let oid, let number), .put): try await receive(id, oid, part: number, request, body)
    case (.completion(let oid), .post): try await complete(id, oid, request, try await message(body))
    case (.verification, .post): try await verify(id, request, try await message(body))
    case (.locks, .get), (.locks, .head): try await listLocks(id, request)
    case (.locks, .post): try await lock(id, request, try await message(body))
    case (.lockVerification, .post): try await verifyLocks(id, request, try await message(body))
    case (.unlock(let lock), .post): try await unlock(id, lock, request, try await message(body))
    case (.object, _): throw Refusal.wrongMethod(allowed: "GET, HEAD, PUT")
    case (.part, _): throw Refusal.wrongMethod(allowed: "PUT")
    case (.locks, _): throw Refusal.wrongMethod(allowed: "GET, HEAD, POST")
    default: throw Refusal.wrongMethod(allowed: "POST")
    }
  }

  /// The message that a request's body is; each has a form of its own.
  private func message<Message: Decodable>(_ body: BodyReader) async throws -> Message {
    let bytes = try await body.bytes(limit: limits.body)
    guard let message = try? JSONDecoder().decode(Message.self, from: Data(bytes)) else {  // the refusal says it
      throw Refusal(.unprocessableContent, "The body is not the JSON that git LFS sends to this address")
    }
    return message
  }
}
