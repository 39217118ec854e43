import Foundation
import HTTPTypes
import HubModel

extension Reply {
  /// `value` in the media type of git LFS.
  init(lfs value: some Encodable, status: HTTPResponse.Status = .ok) throws {
    try self.init(json: value, status: status)
    headers[.contentType] = "application/vnd.git-lfs+json"
  }

  /// The answer that says why not, in the words that git-lfs prints.
  init(lfs refusal: Refusal) {
    self.init(refusal)
    // Absence: a dictionary of strings always becomes JSON.
    body = (try? Reply(json: ["message": refusal.message, "error": refusal.message]).body) ?? .bytes([])
    headers[.contentType] = "application/vnd.git-lfs+json"
    if refusal.status == .unauthorized { headers[.lfsAuthenticate] = #"Basic realm="diffusion-hub""# }
  }
}

extension Refusal {
  /// The refusal for a failure of storing what a client sent; `nil` if the client has no part in it.
  init?(storing error: HubError) {
    switch error.code {
    case .integrity: self.init(.unprocessableContent, "The bytes that arrived are not the object's; send them again")
    case .conflict: self.init(.conflict, error.description)
    case .diskFull: self = .diskFull
    default: return nil
    }
  }

  static let diskFull = Refusal(
    HTTPResponse.Status(code: 507, reasonPhrase: "Insufficient Storage"), "The hub's disk is full")
}

extension HTTPField.Name {
  // Names of fixed ASCII text are always valid.
  static let lfsAuthenticate = Self("LFS-Authenticate")!
}
