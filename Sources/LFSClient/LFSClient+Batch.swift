public import Foundation
import HubModel
import HubTransport

/// An object that is to be sent, and how.
struct LFSUpload: Sendable {
  let object: LFSObject
  let upload: LFSBatchAnswer.Action
  let verify: LFSBatchAnswer.Action?
  /// Whether the actions are good without credentials of our own.
  let isAuthenticated: Bool
}

extension LFSClient {
  /// Asks what is to be done about `objects`.
  ///
  /// - Returns: Those that are to be sent.
  func plan(_ objects: [LFSObject]) async throws(HubError) -> [LFSUpload] {
    let answer = try await batch(objects)
    let answers = Dictionary(answer.objects.map { ($0.oid, $0) }) { first, _ in first }
    var uploads: [LFSUpload] = []
    for object in objects {
      let context = HubError.Context(file: object.path.text, url: endpoint.redacted)
      guard let answer = answers[object.pointer.oid] else {
        throw HubError(.protocolViolation("LFS does not say what to do with an object"), context: context)
      }
      if let failure = answer.error { throw Self.refusal(failure).with(context) }
      guard let upload = answer.actions?["upload"] else {
        progress?(.skipped(object.path, bytes: object.pointer.size))
        continue
      }
      uploads.append(
        LFSUpload(
          object: object, upload: upload, verify: answer.actions?["verify"],
          isAuthenticated: answer.authenticated == true))
    }
    return uploads
  }

  /// Where a batch is asked about.
  public var batchURL: URL { endpoint.appending(path: "objects/batch") }

  private func batch(_ objects: [LFSObject]) async throws(HubError) -> LFSBatchAnswer {
    let question = LFSBatchRequest(
      .upload, objects: objects.map { LFSBatchRequest.Object(oid: $0.pointer.oid, size: $0.pointer.size) },
      transfers: ["basic", "multipart"], ref: reference)
    var request = HTTPRequest(
      .post, batchURL, headers: Self.mediaType, body: .bytes(try Self.json(question)),
      token: token, timeouts: timeouts, proxies: proxies)
    // A question changes nothing.
    request.isIdempotent = true
    let response = try await transport.exchange(request, retrying: retrying)
    do {
      return try JSONDecoder().decode(LFSBatchAnswer.self, from: Data(response.body))
    } catch {
      throw HubError(
        .protocolViolation("it is not the JSON of an LFS server"),
        context: HubError.Context(url: response.url.redacted, requestID: response.head.requestID), cause: error)
    }
  }

  static let mediaType: HTTPHeaders = [
    "Content-Type": "application/vnd.git-lfs+json", "Accept": "application/vnd.git-lfs+json",
  ]

  static func json(_ value: some Encodable) throws(HubError) -> [UInt8] {
    do {
      return [UInt8](try JSONEncoder().encode(value))
    } catch {
      throw HubError(.protocolViolation("a message cannot be written"), cause: error)
    }
  }

  /// What the refusal of one object means (git-lfs `docs/api/batch.md`, "Object-specific errors").
  private static func refusal(_ failure: LFSBatchAnswer.Failure) -> HubError {
    let problem: HubError.Problem =
      switch failure.code {
      case 401: .unauthorized
      case 403: .forbidden
      case 409: .conflict("LFS storage holds something else already")
      case 429: .rateLimited(retryAfter: nil)
      default: .status(failure.code)
      }
    return HubError(problem, context: HubError.Context(serverMessage: failure.message))
  }
}
