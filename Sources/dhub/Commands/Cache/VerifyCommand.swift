import ArgumentParser
import Hub
import HubCache
import HubModel
import PythonJSON

struct VerifyCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Hash every file, and compare with what the hub announced.",
    discussion: """
      Without a repository, all of the cache. The hub is not asked, unless files that are missing or not the hub's shall \
      count as failures and the commit's listing is not in the cache.

        $ dhub cache verify org/model
        model/org/model at 0b15c3…: 12 files checked, all right
      """)

  @Argument(help: ArgumentHelp("A repository; all of them if there is none.", valueName: "repo"))
  var reference: String?

  @Option(name: [.customLong("repo-type"), .customLong("type")], help: "model, dataset or space.")
  var kind: DownloadCommand.Kind?

  @Option(help: "Only this branch, tag or commit.")
  var revision: String?

  @Flag(name: .customLong("fail-on-missing-files"), help: "Fail if a file of the commit is not in the cache.")
  var failsOnMissing = false

  @Flag(name: .customLong("fail-on-extra-files"), help: "Fail if a file is in the cache and not in the commit.")
  var failsOnExtra = false

  @OptionGroup var hub: HubOptions
  @OptionGroup var style: OutputOptions

  func perform(in session: Session) async throws -> Report {
    let client = session.client(hub, style)
    let layout = hub.cacheDirectory.map(CacheLayout.init(root:)) ?? client.layout
    let repository = try reference.map { try RepositoryReference($0, kind: kind?.kind).repository }
    if repository == nil, revision != nil { throw Failure.usage("--revision is for one repository.") }
    let scan = try CacheScan(layout, only: repository.map { [$0] })
    var verified = VerifiedCache(failsOnMissing: failsOnMissing, failsOnExtra: failsOnExtra)
    for cached in scan.repositories {
      let cache = client.cache(of: cached.id, directory: layout.root)
      for commit in try commits(cached) {
        try Task.checkCancellation()
        let listing = failsOnMissing || failsOnExtra ? try await listing(of: commit, client, cache) : nil
        verified.add(
          cached.id, commit,
          try await offThePool { () throws(HubError) in
            try cache.verify(commit, against: listing)
          })
      }
    }
    if let repository, verified.isEmpty {
      let context = HubError.Context(repository: repository, revision: try Revision(option: revision))
      throw HubError(.notCached(files: [], mode: .argument), context: context)
    }
    return verified.report
  }

  private func commits(_ cached: CachedRepository) throws -> [CommitID] {
    guard let revision else { return cached.revisions.map(\.commit) }
    let commit = try Revision(revision).commit ?? cached.refs[revision]
    return cached.revisions.map(\.commit).filter { $0 == commit }
  }

  /// What the commit has: as it is recorded, or as the hub says.
  private func listing(
    of commit: CommitID, _ client: HubClient, _ cache: RepositoryCache
  ) async throws -> SnapshotListing {
    if let listing = cache.listing(of: commit) { return listing }
    let options = DownloadOptions(token: try hub.tokenRequest())
    return try SnapshotListing(
      tree: try await client.tree(of: cache.repository, revision: Revision(commit), options: options))
  }
}
