import ArgumentParser
import CacheIndex
import Foundation
import Hub
import HubCache
import HubModel

struct CacheCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cache", abstract: "List, verify, explain and clean the cache that Python shares.",
    subcommands: [
      ListCacheCommand.self, VerifyCommand.self, RemoveCommand.self, PruneCommand.self, ReindexCommand.self,
      WhyCommand.self,
    ])
}

/// Which cache a command is about.
struct CacheOptions: ParsableArguments, Sendable {
  @Option(
    name: .customLong("cache-dir"), help: ArgumentHelp("The cache (HF_HUB_CACHE).", valueName: "dir"),
    completion: .directory)
  var directory: String?

  /// The paths of the cache.
  func layout(_ session: Session) -> CacheLayout {
    directory.map(CacheLayout.init(root:)) ?? session.localClient.layout
  }
}

extension Session {
  /// The index of a cache.
  func index(_ layout: CacheLayout) -> CacheIndex {
    let output = output
    return CacheIndex(layout) { output.warn(printable($0)) }
  }
}

extension Revision {
  /// The revision that an option names, or `main`.
  init(option name: String?) throws(HubError) {
    self = try name.map { name throws(HubError) in try Revision(name) } ?? .main
  }
}
