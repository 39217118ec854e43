import Foundation
import Hub
import HubCache
import HubModel
import HubTransport
import TestSupport
import Testing

/// A client of a ``FakeHub``, with a home of its own.
struct HubHarness {
  let hub: FakeHub
  let home: TemporaryDirectory
  var variables: [String: String] = [:]
  var isOffline = false

  init(_ hub: FakeHub) throws {
    self.hub = hub
    home = try TemporaryDirectory()
    variables["HF_TOKEN"] = "hf_secret"
  }

  var client: HubClient {
    let variables = variables.merging(
      ["HF_ENDPOINT": hub.server.endpoint, "HF_HOME": home.appending("hf"), "HF_HUB_DOWNLOAD_TIMEOUT": "1"]
    ) { given, _ in given }
    var retrying = Retrying(budget: Budget(attempts: 6, patience: 60))
    retrying.policy.firstWait = 0.01
    return HubClient(variables: variables, userHome: home.path, isOffline: isOffline, retrying: retrying)
  }

  var cache: RepositoryCache {
    get throws { client.cache(of: try RepositoryID("org/model")) }
  }

  @discardableResult
  func download(
    _ file: String = "config.json", revision: String = "main", _ options: DownloadOptions = DownloadOptions()
  ) async throws -> DownloadedFile {
    try await client.download(
      RepositoryPath(file), from: RepositoryID("org/model"), revision: Revision(revision), options: options)
  }

  @discardableResult
  func snapshot(
    revision: String = "main", _ selection: FileSelection = FileSelection(), _ options: DownloadOptions = .init()
  ) async throws -> Snapshot {
    try await client.snapshot(
      of: RepositoryID("org/model"), revision: Revision(revision), selection: selection, options: options)
  }

  func text(_ file: DownloadedFile) throws -> String {
    String(decoding: try Data(contentsOf: URL(filePath: file.path)), as: UTF8.self)
  }

  /// What is in the cache but locks and the tag: nothing, or it names what was left.
  func leftovers() throws -> [String] {
    try home.listing().filter { $0.hasSuffix(".incomplete") || $0.hasSuffix(".tmp") }
  }

  /// The blobs that have a name.
  func blobs() throws -> [String] {
    try home.listing().filter { $0.contains("/blobs/") && !$0.hasSuffix(".incomplete") }
  }
}
