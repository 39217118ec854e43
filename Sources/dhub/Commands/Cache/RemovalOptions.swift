import ArgumentParser
import HubCache
import HubModel
import PythonJSON

/// How carefully something is removed.
struct RemovalOptions: ParsableArguments, Sendable {
  @Flag(name: [.customShort("y"), .customLong("yes")], help: "Do not ask.")
  var isConfirmed = false

  @Flag(name: .customLong("dry-run"), help: "Say what would be removed, and remove nothing.")
  var isDryRun = false

  /// Removes, once the user has agreed, and reports.
  func carryOut(_ eviction: Eviction, _ session: Session) async throws -> Report {
    let summary = Self.summary(eviction)
    if eviction.isEmpty { return report(eviction, eviction.size, text: "Nothing to remove.") }
    if isDryRun { return report(eviction, eviction.size, text: Self.details(eviction) + "\n" + summary + " would go.") }
    if !isConfirmed {
      session.output.note(Self.details(eviction))
      guard try session.confirm("Remove \(summary)?") else {
        throw Failure(status: .other, code: "declined", message: "Nothing was removed.")
      }
    }
    let outcome = try await offThePool { () throws(HubError) in eviction.execute() }
    var report = report(eviction, outcome.size, text: "Freed \(byteCount(outcome.size)).")
    report.warnings = outcome.kept.map { "kept '\(printable($0.step.path))': \($0.reason)" }
    if let reason = outcome.kept.first?.reason { report.status = ExitStatus(reason.code) }
    return report
  }

  private func report(_ eviction: Eviction, _ size: Int64, text: String) -> Report {
    Report(
      json: [
        "dry_run": .bool(isDryRun), "repos": .integer(eviction.repositories.count),
        "revisions": .integer(eviction.revisionCount), isDryRun ? "size" : "freed": .integer(Int(size)),
        "paths": .array(eviction.steps.map { .string($0.path) }),
      ], text: text)
  }

  private static func summary(_ eviction: Eviction) -> String {
    [
      count(eviction.repositories.count, "repository", plural: "repositories"),
      count(eviction.revisionCount, "commit"), byteCount(eviction.size),
    ].joined(separator: ", ")
  }

  private static func details(_ eviction: Eviction) -> String {
    var table = Table([("WHAT", .left), ("SIZE", .right), ("PATH", .left)])
    for step in eviction.steps where step.kind != .record {
      table.add([word(step.kind), byteCount(step.size), step.path])
    }
    return table.text
  }

  private static func word(_ kind: Eviction.Step.Kind) -> String {
    switch kind {
    case .ref: "ref"
    case .file: "file"
    case .snapshot: "commit"
    case .record: "record"
    case .content: "content"
    case .leftover: "partial"
    case .sharedContent: "shared content"
    case .repository: "repository"
    }
  }
}
