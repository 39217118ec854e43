import Foundation
import GitClient
import HubGit
import HubModel
import HubTransport
import LFSClient

/// Where the large files of a push over git go.
enum LFSStorage: Sendable {
  /// An LFS server.
  case server(LFSClient)
  /// The folder of a repository on this machine.
  case folder(LFSFolder)

  /// The file of a repository that may name another place.
  static let configurationName = ".lfsconfig"
}

extension HubClient {
  /// The storage for large files of `remote`: what the repository's `.lfsconfig` names (`lfs.pushurl`, else `lfs.url`;
  /// git-lfs-config(5)), else what is beside the repository (git-lfs `docs/api/server-discovery.md`).
  ///
  /// A repository's file may name any server; that one gets no token but what git's credential helpers remember for it, and
  /// it cannot give up encryption.
  ///
  /// - Parameters:
  ///   - remote: The repository.
  ///   - configuration: The content of its `.lfsconfig`.
  ///   - git: What the commit is pushed with.
  /// - Throws: `configuration` for an address that is no http or https URL; `invalidArgument`; what reading the
  ///   configuration throws; `offline` for a server in offline mode.
  func lfsStorage(
    of remote: GitRemote, configuration: [UInt8]?, git: GitClient, _ options: PushOptions
  ) async throws(HubError) -> LFSStorage {
    guard let url = try Self.named(by: configuration) else {
      guard git.transport != nil else { return .folder(LFSFolder(repository: remote.description)) }
      let base = remote.description.endsWithBytes(".git") ? remote.description : remote.description + ".git"
      guard let endpoint = URL(string: base + "/info/lfs") else {
        throw HubError(.invalidArgument(name: "git remote", value: remote.description, reason: "it is no URL"))
      }
      return .server(try lfsClient(endpoint, git.token, options))
    }
    if let origin = remote.origin, let other = Origin(url), origin.isDowngrade(to: other) {
      let reason = "it sends large files to \(url.redacted), unencrypted, and the repository is not reached like that"
      throw HubError(.configuration(source: LFSStorage.configurationName, reason: reason))
    }
    let isKnown = git.token != nil && Origin(url) == git.token?.origin
    let token = isKnown ? git.token : try await rememberedToken(for: url.absoluteString)
    return .server(try lfsClient(url, token, options))
  }

  private func lfsClient(_ endpoint: URL, _ token: BoundToken?, _ options: PushOptions) throws(HubError) -> LFSClient {
    LFSClient(
      transport: try connection.transport(), endpoint: endpoint, token: token, proxies: options.proxies,
      retrying: retrying, timeouts: HTTPTimeouts(seconds: max(30, environment.downloadTimeout)),
      maximumTransfers: options.maximumWorkers, progress: options.lfsProgress)
  }

  /// The server that a `.lfsconfig` names.
  private static func named(by configuration: [UInt8]?) throws(HubError) -> URL? {
    guard let configuration else { return nil }
    let (source, names) = (LFSStorage.configurationName, ["lfs.pushurl", "lfs.url"])
    let values = try GitConfiguration.values(names, in: configuration, source: source)
    guard let text = names.compactMap({ values[$0] }).first(where: { !$0.isEmpty }) else { return nil }
    guard let url = URL(string: text), Origin(url) != nil, url.user() == nil, url.query() == nil else {
      let reason = "only an http or https URL without a user can be where large files go"
      throw HubError(.configuration(source: source, reason: reason))
    }
    return url
  }
}
