import ArgumentParser
import HubCache

struct PruneCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "prune", abstract: "Remove what nobody needs.",
    discussion: """
      Commits that no branch or tag names any more, the rest of interrupted downloads, and contents that no commit refers \
      to.
      """)

  @OptionGroup var removal: RemovalOptions
  @OptionGroup var cache: CacheOptions
  @OptionGroup var style: OutputOptions

  func perform(in session: Session) async throws -> Report {
    try await removal.carryOut(Eviction(pruning: try CacheScan(cache.layout(session))), session)
  }
}
