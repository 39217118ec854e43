import Foundation
import GitClient
import HubGit
import HubModel
import HubTransport
import TestSupport
import Testing

/// Ada, at a time that never changes.
let ada = GitSignature(name: "Ada", email: "ada@localhost", time: 1_700_000_000)

/// Changes that make these files of these texts.
func files(_ texts: [String: String]) throws -> [RepositoryPath: GitChange] {
  var changes: [RepositoryPath: GitChange] = [:]
  for (path, text) in texts { changes[try RepositoryPath(path)] = .file(Array(text.utf8)) }
  return changes
}

/// A remote of every kind, and what it takes to push to it.
enum RemoteKind: String, CaseIterable, Sendable {
  case directory, version2, version2WithoutFilter, version0, encrypted

  /// Makes an empty repository, and answers where it is.
  func make(on host: GitHost, _ settings: [String: String] = [:]) async throws -> GitRemote {
    var settings = settings
    if self == .version2WithoutFilter { settings["uploadpack.allowfilter"] = "false" }
    let path = try await host.makeRepository("model", settings)
    switch self {
    case .directory: return try GitRemote(path)
    case .version2, .version2WithoutFilter: return try GitRemote(host.url("v2", "model"))
    case .version0: return try GitRemote(host.url("v0", "model"))
    case .encrypted: return try GitRemote(host.url("private", "model", isEncrypted: true))
    }
  }
}

extension GitHost {
  /// A client that has the password, and keeps mirrors.
  func client() throws -> GitClient {
    let origin = try #require(try GitRemote(url("private", "model", isEncrypted: true)).origin)
    return GitClient(
      transport: transport(), token: try Token(Self.password).bound(to: origin),
      cacheDirectory: directory.appending("mirrors"))
  }
}
