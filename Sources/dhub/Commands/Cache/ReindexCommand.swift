import ArgumentParser
import CacheIndex
import HubCache
import PythonJSON

struct ReindexCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "reindex", abstract: "Make the index anew from the files.",
    discussion: "The index is only for speed: it is never the truth, and may be removed at any time.")

  @OptionGroup var cache: CacheOptions
  @OptionGroup var style: OutputOptions

  func perform(in session: Session) async throws -> Report {
    let index = session.index(cache.layout(session))
    let scan = try index.rebuild()
    return Report(
      json: ["path": .string(index.path), "repositories": .integer(scan.repositories.count)],
      text: count(scan.repositories.count, "repository", plural: "repositories") + " indexed.",
      warnings: scan.warnings.map { "\($0)." })
  }
}
