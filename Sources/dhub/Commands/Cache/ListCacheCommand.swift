import ArgumentParser
import CacheIndex
import Foundation
import HubModel
import PythonJSON

struct ListCacheCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "ls", abstract: "List what is in the cache.",
    discussion: """
        $ dhub cache ls --sort size --limit 1
        ID              SIZE  LAST USED   MODIFIED    REFS
        model/org/sdxl  6.9G  2 days ago  1 week ago  main
        $ dhub cache ls --schedulers --class EulerDiscreteScheduler
      """)

  /// What the list is sorted by, the largest or latest first, names from A.
  enum Order: String, ExpressibleByArgument, CaseIterable, Sendable { case name, size, accessed, modified }

  @Flag(help: "A line for each commit.")
  var revisions = false

  @Flag(help: "The schedulers' configurations in place of the repositories.")
  var schedulers = false

  @Option(
    name: .customLong("class"),
    help: ArgumentHelp("Only schedulers of this class; with --schedulers.", valueName: "name"))
  var className: String?

  @Option(help: "name, size, accessed or modified.")
  var sort = Order.name

  @Option(help: ArgumentHelp("At most so many lines.", valueName: "n"))
  var limit: Int?

  @OptionGroup var cache: CacheOptions
  @OptionGroup var style: OutputOptions

  func validate() throws {
    if let limit, limit < 1 { throw ValidationError("--limit is \(limit), not at least 1") }
    if className != nil, !schedulers { throw ValidationError("--class is for --schedulers") }
  }

  func perform(in session: Session) async throws -> Report {
    let index = session.index(cache.layout(session))
    if schedulers {
      let found = try index.schedulers(className: className)
      return SchedulerList(Array(found.prefix(limit ?? .max))).report
    }
    let sorted = try index.repositories().sorted(by: precedes).prefix(limit ?? .max)
    let list = RepositoryList(Array(sorted), now: Date().timeIntervalSince1970)
    return revisions ? list.revisionReport : list.report
  }

  private func precedes(_ a: IndexedRepository, _ b: IndexedRepository) -> Bool {
    switch sort {
    case .name: a.id < b.id
    case .size: (b.size, a.id) < (a.size, b.id)
    case .accessed: (b.accessed, a.id) < (a.accessed, b.id)
    case .modified: (b.modified, a.id) < (a.modified, b.id)
    }
  }
}
