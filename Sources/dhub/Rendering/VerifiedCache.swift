import HubCache
import HubModel
import PythonJSON

/// What came out of hashing a cache.
struct VerifiedCache: Sendable {
  let failsOnMissing, failsOnExtra: Bool
  private var snapshots: [(repository: RepositoryID, commit: CommitID, result: CacheVerification)] = []

  init(failsOnMissing: Bool, failsOnExtra: Bool) {
    (self.failsOnMissing, self.failsOnExtra) = (failsOnMissing, failsOnExtra)
  }

  /// Adds what was found out of a snapshot.
  mutating func add(_ repository: RepositoryID, _ commit: CommitID, _ result: CacheVerification) {
    snapshots.append((repository, commit, result))
  }

  /// Whether no snapshot was looked at.
  var isEmpty: Bool { snapshots.isEmpty }

  var report: Report {
    let rows = snapshots.map { snapshot -> JSONValue in
      [
        "repo_id": .string(snapshot.repository.name), "repo_type": .string(snapshot.repository.kind.rawValue),
        "revision": .string(snapshot.commit.hex), "checked": .integer(snapshot.result.checked),
        "mismatches": .array(snapshot.result.mismatches.map(Self.json)), "missing": names(snapshot.result.missing),
        "extra": names(snapshot.result.extra), "unverifiable": names(snapshot.result.unverifiable),
      ]
    }
    let text =
      snapshots.isEmpty ? ["The cache is empty."] : snapshots.flatMap { lines($0.repository, $0.commit, $0.result) }
    return Report(json: ["snapshots": .array(rows)], text: text.joined(separator: "\n"), status: status)
  }

  private var status: ExitStatus {
    if snapshots.contains(where: { !$0.result.mismatches.isEmpty }) { return .integrity }
    if failsOnMissing, snapshots.contains(where: { !$0.result.missing.isEmpty }) { return .notFound }
    if failsOnExtra, snapshots.contains(where: { !$0.result.extra.isEmpty }) { return .conflict }
    return .done
  }

  private func lines(_ repository: RepositoryID, _ commit: CommitID, _ result: CacheVerification) -> [String] {
    let wrong = result.mismatches.map { "  wrong: \($0.path), expected \($0.expected.hex), is \($0.found.hex)" }
    let others = [
      ("missing", result.missing), ("not of this commit", result.extra), ("unverifiable", result.unverifiable),
    ]
    let details = wrong + others.flatMap { name, paths in paths.map { "  \(name): \($0)" } }
    let summary = details.isEmpty ? ", all right" : ""
    return ["\(cacheID(repository)) at \(commit): \(count(result.checked, "file")) checked\(summary)"] + details
  }

  private func names(_ paths: [RepositoryPath]) -> JSONValue { .array(paths.map { .string($0.text) }) }

  private static func json(_ mismatch: CacheVerification.Mismatch) -> JSONValue {
    [
      "file": .string(mismatch.path.text), "path": .string(mismatch.content),
      "expected": .string(mismatch.expected.hex),
      "found": .string(mismatch.found.hex),
    ]
  }
}
