import ArgumentParser
import HubCache
import HubModel

struct RemoveCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "rm", abstract: "Remove repositories, commits or files from the cache.",
    discussion: """
      A target is a repository (org/name, model/org/name), a commit in full, or hf://models/org/name[@REVISION]/FILE. \
      Contents that another commit refers to stay.

        $ dhub cache rm model/org/old --dry-run
      """)

  @Argument(help: ArgumentHelp("What to remove.", valueName: "target"))
  var targets: [String]

  @OptionGroup var removal: RemovalOptions
  @OptionGroup var cache: CacheOptions
  @OptionGroup var style: OutputOptions

  func perform(in session: Session) async throws -> Report {
    let scan = try CacheScan(cache.layout(session))
    let eviction = Eviction(removing: try targets.map { try target($0, in: scan) }, from: scan)
    var report = try await removal.carryOut(eviction, session)
    report.warnings += eviction.unknown.map { "\(Self.name(of: $0)) is not in the cache." }
    if eviction.isEmpty { report.status = .notFound }
    return report
  }

  private func target(_ text: String, in scan: CacheScan) throws -> Eviction.Target {
    if let commit = CommitID(text) { return .revision(commit, of: nil) }
    let kind = RepositoryID.Kind.allCases.first { text.beginsWithBytes($0.rawValue + "/") }
    let name = kind.map { text.dropFirst($0.rawValue.count + 1) } ?? text[...]
    let reference = try RepositoryReference(String(name), kind: kind)
    let id = reference.repository
    let revision = try reference.revision.map { revision in try commit(revision, of: id, in: scan) }
    if let path = reference.path { return .file(id, try RepositoryPath(path), revision) }
    return revision.map { .revision($0, of: id) } ?? .repository(id)
  }

  private func commit(_ revision: Revision, of repository: RepositoryID, in scan: CacheScan) throws -> CommitID {
    let cached = scan.repositories.first { $0.id == repository }
    guard let commit = revision.commit ?? cached?.refs[revision.name] else {
      throw HubError(.revisionNotFound, context: HubError.Context(repository: repository, revision: revision))
    }
    return commit
  }

  private static func name(of target: Eviction.Target) -> String {
    switch target {
    case .repository(let id): cacheID(id)
    case .revision(let commit, let id): "commit \(commit)" + (id.map { " of \(cacheID($0))" } ?? "")
    case .file(let id, let path, let commit): "'\(path)' of \(cacheID(id))" + (commit.map { " at \($0)" } ?? "")
    }
  }
}
