import Foundation
import HubModel
import HubTransport

extension LFSClient {
  /// Sends an object, and has the server confirm it.
  func send(_ upload: LFSUpload, connections: Int) async throws(HubError) {
    do throws(HubError) {
      if let parts = try LFSParts(upload) {
        try await send(parts, of: upload, connections: connections)
      } else {
        try await sendWhole(upload)
      }
      if let verify = upload.verify { try await confirm(upload, verify) }
    } catch {
      throw error.with(HubError.Context(file: upload.object.path.text))
    }
    progress?(.finished(upload.object.path))
  }

  private func sendWhole(_ upload: LFSUpload) async throws(HubError) {
    let object = upload.object
    var request = try request(.put, to: upload.upload, isAuthenticated: upload.isAuthenticated)
    if request.headers["Content-Type"] == nil { request.headers["Content-Type"] = "application/octet-stream" }
    let meter = UploadMeter(object, progress)
    request.body = .source(
      ContentSource(object.content, stamp: object.stamp, range: 0..<object.pointer.size) { count in
        meter?.note(count, ofPartAt: 0)
      })
    _ = try await exchange(request)
  }

  /// Sends the parts that are missing, then says that all are there.
  private func send(_ parts: LFSParts, of upload: LFSUpload, connections: Int) async throws(HubError) {
    let object = upload.object
    let meter = UploadMeter(object, progress)
    for part in parts.stored {
      let range = parts.range(part.partNumber)
      meter?.note(Int64(range.count), ofPartAt: range.lowerBound)
    }
    let sent = try await concurrently(parts.missing, limit: connections) { number throws(HubError) in
      let range = parts.range(number)
      var request = try self.request(.put, to: .init(href: parts.urls[number - 1]), isAuthenticated: true)
      request.body = .source(
        ContentSource(object.content, stamp: object.stamp, range: range) { count in
          meter?.note(count, ofPartAt: range.lowerBound)
        })
      let response = try await self.exchange(request)
      guard let tag = response.headers["ETag"], !tag.isEmpty else {
        throw HubError(.protocolViolation("LFS storage gave no ETag for a part"))
      }
      return LFSCompletion.Part(partNumber: number, etag: tag)
    }
    let all = (parts.stored + sent).sorted { $0.partNumber < $1.partNumber }
    var request = try request(
      .post, to: .init(href: upload.upload.href), isAuthenticated: upload.isAuthenticated, headers: Self.mediaType)
    request.body = .bytes(try Self.json(LFSCompletion(oid: object.pointer.oid, parts: all)))
    // The same parts make the same object, however often it is said.
    request.isIdempotent = true
    request.timeouts.response = max(request.timeouts.response, Self.longResponse)
    _ = try await exchange(request)
  }

  private func confirm(_ upload: LFSUpload, _ verify: LFSBatchAnswer.Action) async throws(HubError) {
    let pointer = upload.object.pointer
    // Hubs say "authenticated" of the upload, and want to know who confirms it.
    var request = try request(.post, to: verify, isAuthenticated: false, headers: Self.mediaType)
    request.body = .bytes(try Self.json(LFSBatchRequest.Object(oid: pointer.oid, size: pointer.size)))
    request.isIdempotent = true
    _ = try await exchange(request)
  }

  /// Seconds that a storage may take to put the parts of a large object together and hash them.
  private static let longResponse = 300.0

  private func exchange(_ request: HTTPRequest) async throws(HubError) -> HTTPResponse {
    var request = request
    // A storage hashes what it has got before it answers.
    request.timeouts.response = max(request.timeouts.response, Self.longResponse)
    return try await transport.exchange(request, retrying: retrying)
  }

  /// The request that an action describes: with the header fields that the server gave for it, and with our own token
  /// only where the server gave none and the URL has the token's origin.
  private func request(
    _ method: HTTPMethod, to action: LFSBatchAnswer.Action, isAuthenticated: Bool, headers: HTTPHeaders = [:]
  ) throws(HubError) -> HTTPRequest {
    guard let url = URL(string: action.href, relativeTo: endpoint)?.absoluteURL, let origin = Origin(url) else {
      throw HubError(.protocolViolation("LFS names a URL that is not http or https"))
    }
    guard Origin(endpoint)?.isDowngrade(to: origin) != true else {
      throw HubError(.protocolViolation("LFS names the unencrypted URL \(url.redacted)"))
    }
    var request = HTTPRequest(method, url, headers: headers, timeouts: timeouts, proxies: proxies)
    for (name, value) in action.header ?? [:] where !LFSParts.isOfParts(name) && !Self.isOurs(name) {
      request.headers[name] = value
    }
    if request.headers["Authorization"] == nil, !isAuthenticated { request.token = token }
    return request
  }

  /// Whether a header field says how the request is framed, which no server decides for us.
  private static func isOurs(_ name: String) -> Bool {
    ["content-length", "transfer-encoding", "host", "connection"].contains(name.lowercased())
  }
}
