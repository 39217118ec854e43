import ArgumentParser
import Hub
import HubCache
import HubModel

struct WhyCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "why", abstract: "Explain why a file is found in the cache, or is not.",
    discussion: """
      Looks as an offline program does and says what each step comes to: the revision, its commit, the snapshot, the \
      content and its hash.

        $ dhub cache why org/model scheduler/scheduler_config.json
      """)

  @Argument(help: ArgumentHelp("A repository.", valueName: "repo"))
  var reference: String

  @Argument(help: ArgumentHelp("A file of it.", valueName: "file"))
  var file: String

  @Option(name: [.customLong("repo-type"), .customLong("type")], help: "model, dataset or space.")
  var kind: DownloadCommand.Kind?

  @Option(help: "A branch, a tag, a commit, or refs/pr/N.")
  var revision: String?

  @OptionGroup var cache: CacheOptions
  @OptionGroup var style: OutputOptions

  func perform(in session: Session) async throws -> Report {
    let reference = try RepositoryReference(reference, kind: kind?.kind)
    let file = try RepositoryPath(file)
    let revision = try revision.map { name throws(HubError) in try Revision(name) } ?? reference.revision ?? .main
    let cache = session.localClient.cache(of: reference.repository, directory: cache.directory)
    let explanation = try await offThePool { () throws(HubError) in try cache.explain(file, revision) }
    return CacheReason(explanation).report
  }
}
