import Foundation
import HTTPTypes
import HubGit
import HubModel

extension HubService {
  /// More objects in one question than any client asks about.
  private static var batchLimit: Int { 1000 }

  /// Where objects are fetched from or sent to.
  ///
  /// An object is there for a repository only if the repository knows it (`LFSKnown`): what the store has besides is
  /// asked for again, or denied, as if it were not there.
  func batch(_ id: RepositoryID, _ request: HubRequest, _ question: LFSBatchRequest) async throws -> Reply {
    guard question.objects.count <= Self.batchLimit else {
      throw Refusal(.contentTooLarge, "At most \(Self.batchLimit) objects can be asked about at once")
    }
    guard ["sha256", "sha_256", nil].contains(question.hash_algo) else {
      throw Refusal(.conflict, "The objects of this hub are named by their SHA-256")
    }
    let objects: [LFSBatchAnswer.Object]
    switch question.operation {
    case .download:
      objects = try await reading(id, request, needsContent: true) { repository, _ in
        try downloads(question, id, repository, request)
      }
    case .upload:
      let work: @Sendable (borrowing GitRepository, RepositoryMarks, Account) throws -> [LFSBatchAnswer.Object]
      work = { repository, _, _ in try question.objects.map { try upload($0, question, id, repository, request) } }
      objects = try await isForRequest(question) ? participating(id, request, work) : writing(id, request, work)
    }
    return try Reply(lfs: LFSBatchAnswer(transfer: "basic", objects: objects))
  }

  /// Whether the objects may be for a pull request, which everybody may open who may read: clients name no ref where
  /// there is none yet, and git-lfs, which always pushes to one, names it.
  private func isForRequest(_ question: LFSBatchRequest) -> Bool {
    question.ref.map { $0.name.beginsWithBytes("refs/pr/") } ?? true
  }

  private func downloads(
    _ question: LFSBatchRequest, _ id: RepositoryID, _ repository: borrowing GitRepository, _ request: HubRequest
  ) throws(HubError) -> [LFSBatchAnswer.Object] {
    let pointers = question.objects.compactMap { LFSPointer(oid: $0.oid, size: $0.size) }
    let known = try known(pointers, in: repository)
    return question.objects.map { object in
      guard let pointer = LFSPointer(oid: object.oid, size: object.size) else { return Self.malformed(object) }
      guard known.contains(pointer), (try? stored(pointer, for: repository.path)) != nil else {  // a wrong length: none
        return Self.failure(object, 404, "The repository has no such object")
      }
      let route = Route.lfs(id, .object(oid: object.oid))
      return LFSBatchAnswer.Object(
        oid: object.oid, size: object.size, authenticated: true,
        actions: ["download": action(.get, route, object.oid, object.size, request)])
    }
  }

  private func upload(
    _ object: LFSBatchRequest.Object, _ question: LFSBatchRequest, _ id: RepositoryID,
    _ repository: borrowing GitRepository, _ request: HubRequest
  ) throws(HubError) -> LFSBatchAnswer.Object {
    guard let pointer = LFSPointer(oid: object.oid, size: object.size) else { return Self.malformed(object) }
    guard object.size <= limits.lfsObject else {
      return Self.failure(object, 422, "An object may have \(limits.lfsObject) bytes at most")
    }
    let isKnown = LFSKnown(repositoryAt: repository.path).contains(object.oid)
    if isKnown, (try? stored(pointer, for: repository.path)) != nil {  // a damaged one is sent again
      return LFSBatchAnswer.Object(oid: object.oid, size: object.size)
    }
    let isInParts = object.size > limits.lfsPart && question.transfers?.contains("multipart") == true
    let verify = action(.post, .lfs(id, .verification), object.oid, object.size, request)
    return LFSBatchAnswer.Object(
      oid: object.oid, size: object.size, authenticated: true,
      actions: [
        "upload": isInParts
          ? parts(pointer, id, repository.path, request)
          : action(.put, .lfs(id, .object(oid: object.oid)), object.oid, object.size, request),
        "verify": verify,
      ])
  }

  /// An upload in parts: the URL is that of the completion, and those of the parts are among its header fields.
  ///
  /// Clients that know the field `uploaded_parts`, which is ours, go on where an earlier upload ended.
  private func parts(
    _ pointer: LFSPointer, _ id: RepositoryID, _ repository: String, _ request: HubRequest
  ) -> LFSBatchAnswer.Action {
    // So large that the numbers that a route allows suffice.
    let size = max(limits.lfsPart, (pointer.size + 9_999) / 10_000)
    let count = Int((pointer.size + size - 1) / size)
    func length(_ number: Int) -> Int64 { min(size, pointer.size - Int64(number - 1) * size) }
    var header = ["chunk_size": "\(size)"]
    for number in 1...count {
      let part = action(.put, .lfs(id, .part(oid: pointer.oid, number: number)), pointer.oid, length(number), request)
      let digits = "\(number)"
      header[String(repeating: "0", count: 5 - digits.count) + digits] = part.href
    }
    let arrived = repositories.objects.parts(of: pointer, for: repository).filter { part in
      (1...count).contains(part.number) && part.size == length(part.number)
    }
    let named = arrived.map { LFSCompletion.Part(partNumber: $0.number, etag: "\"\($0.digest)\"") }
    if !named.isEmpty, let text = try? JSONEncoder().encode(named) {  // absence: numbers and digits always become JSON
      header["uploaded_parts"] = String(decoding: text, as: UTF8.self)
    }
    var completion = action(.post, .lfs(id, .completion(oid: pointer.oid)), pointer.oid, pointer.size, request)
    completion.header = header
    return completion
  }

  private func action(
    _ method: HTTPRequest.Method, _ route: Route, _ oid: String, _ size: Int64, _ request: HubRequest
  ) -> LFSBatchAnswer.Action {
    let query = signer.query(method, route, URLSigner.Grant(oid: oid, size: size))
    return LFSBatchAnswer.Action(href: request.endpoint + route.path + "?" + query, expires_in: URLSigner.seconds)
  }

  /// Those of `pointers` that the repository may be asked for.
  func known(
    _ pointers: [LFSPointer], in repository: borrowing GitRepository
  ) throws(HubError) -> Set<LFSPointer> {
    let known = LFSKnown(repositoryAt: repository.path)
    let marked = Set(pointers.filter { known.contains($0.oid) })
    return marked.union(try repository.named(pointers.filter { !marked.contains($0) }, limits: limits.tree))
  }

  /// The file of an object, or `nil` if it is nowhere.
  func stored(_ pointer: LFSPointer, for repository: String) throws(HubError) -> String? {
    try repositories.objects.including(repositoryAt: repository).file(of: pointer)
  }

  private static func malformed(_ object: LFSBatchRequest.Object) -> LFSBatchAnswer.Object {
    failure(object, 422, "An object is named by 64 lowercase hexadecimal digits and a length")
  }

  private static func failure(
    _ object: LFSBatchRequest.Object, _ code: Int, _ message: String
  ) -> LFSBatchAnswer.Object {
    LFSBatchAnswer.Object(
      oid: object.oid, size: object.size, error: LFSBatchAnswer.Failure(code: code, message: message))
  }
}
