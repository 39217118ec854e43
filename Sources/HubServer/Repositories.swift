import Foundation
import HubGit
import HubModel

/// Where the repositories are below the root; see the module's essay.
struct Repositories: Sendable {
  let root: String

  /// The objects of git LFS that all repositories share.
  var objects: LFSStore { LFSStore(path: root + "/lfs") }

  /// The bare repository of `id`, whether it exists or not.
  ///
  /// Stays below the root: `RepositoryID` lets no component begin with a dot or hold a separator.
  func path(of id: RepositoryID) -> String { "\(root)/\(id.kind.plural)/\(id.name).git" }

  /// Opens the repository of `id`.
  ///
  /// - Throws: `repositoryNotFound`, `repository`.
  func open(_ id: RepositoryID) throws(HubError) -> GitRepository {
    do {
      return try GitRepository(bareAt: path(of: id))
    } catch {
      throw error.with(HubError.Context(repository: id))
    }
  }

  /// The names of everything of a kind that looks like a repository, in order.
  func names(_ kind: RepositoryID.Kind) -> [RepositoryID] {
    let base = "\(root)/\(kind.plural)"
    var names: [String] = []
    for entry in Self.folders(base) {
      if entry.hasSuffix(".git") {
        names.append(entry)
      } else {
        names += Self.folders("\(base)/\(entry)").filter { $0.hasSuffix(".git") }.map { "\(entry)/\($0)" }
      }
    }
    return names.compactMap { try? RepositoryID(String($0.dropLast(4)), kind: kind) }.sorted()  // absence: not ours
  }

  private static func folders(_ path: String) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []  // absence: nothing of the kind
  }
}
