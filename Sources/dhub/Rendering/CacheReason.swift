import HubCache
import HubModel
import PythonJSON

/// Why a file is found in the cache, in words.
struct CacheReason: Sendable {
  private let facts: CacheExplanation

  init(_ facts: CacheExplanation) { self.facts = facts }

  var report: Report {
    var object: JSONObject = [
      "repo_id": .string(facts.repository.name), "repo_type": .string(facts.repository.kind.rawValue),
      "revision": .string(facts.revision.name), "file": .string(facts.file.text), "verdict": .string(word),
    ]
    for (label, value) in rows { object[label.replacing(" ", with: "_")] = .string(value) }
    let table = rows.map { "  \($0): \(printable($1))" }
    return Report(json: .object(object), text: ([sentence] + table).joined(separator: "\n"), status: status)
  }

  private var status: ExitStatus {
    switch facts.verdict {
    case .found: .done
    case .damaged: .integrity
    default: .notFound
    }
  }

  private var word: String {
    switch facts.verdict {
    case .found: "found"
    case .noRepository: "no_repository"
    case .unknownRevision: "unknown_revision"
    case .noSnapshot: "no_snapshot"
    case .knownAbsent: "known_absent"
    case .notFetched: "not_fetched"
    case .missing: "missing"
    case .damaged: "damaged"
    }
  }

  private var sentence: String {
    switch facts.verdict {
    case .found: "Found, and its content is the right one."
    case .noRepository: "Not found: nothing of \(cacheID(facts.repository)) is in the cache."
    case .unknownRevision: "Not found: the hub was never asked which commit '\(facts.revision)' is."
    case .noSnapshot: "Not found: no file of this commit was fetched."
    case .knownAbsent: "Not found: the hub has said that this commit has no such file."
    case .notFetched: "Not found: the commit has the file, and it was never fetched."
    case .missing: "Not found: it was never fetched, and nothing here tells whether the commit has it."
    case .damaged(let reason): "Not usable: \(printable(reason))."
    }
  }

  private var rows: [(String, String)] {
    var rows: [(String, String)] = [("revision", facts.revision.name)]
    if let commit = facts.commit { rows.append(("commit", commit.hex)) }
    if let location = facts.location { rows.append(("path", location)) }
    if let content = facts.content {
      rows += [("content", content.path), ("size", "\(content.size)")]
      if let etag = content.etag { rows.append(("expected hash", etag.hex)) }
    }
    if let hash = facts.hash { rows.append(("hash", hash.hex)) }
    if let partial = facts.partial { rows.append(("interrupted at", "\(partial)")) }
    if !facts.sharers.isEmpty { rows.append(("same content", facts.sharers.joined(separator: ", "))) }
    if !facts.otherCommits.isEmpty {
      rows.append(("also in", facts.otherCommits.map(\.hex).joined(separator: ", ")))
    }
    return rows
  }
}
