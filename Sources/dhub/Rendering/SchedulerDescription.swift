import HubModel
import PythonJSON
import Schedulers

/// All there is to say of a scheduler's configuration.
struct SchedulerDescription: Sendable {
  private let loaded: LoadedSource
  private let explained: ConfigReport
  /// Keys that no compatible class knows either.
  private let unknown: Set<String>

  init(_ loaded: LoadedSource) {
    let scheduler = loaded.scheduler.base
    (self.loaded, explained, unknown) = (loaded, scheduler.report, Set(scheduler.loadingInfo.unexpectedKeys))
  }

  /// Class, source, values and findings.
  var report: Report {
    Report(
      json: [
        "class": .string(explained.className), "config": .object(loaded.scheduler.config.values),
        "defaults": keys { $0.isDefaulted }, "unused": keys { !$0.isKnown },
        "unknown": keys { unknown.contains($0.key) },
        "findings": .array(explained.findings.map(Self.json)), "source": .object(loaded.json),
      ],
      text: (heading + ["", table] + findings).joined(separator: "\n"), warnings: loaded.warnings)
  }

  /// The class and where it comes from.
  var heading: [String] { [explained.className, "from \(printable(loaded.origin))"] }

  private func keys(where isOne: (ConfigReport.Entry) -> Bool) -> JSONValue {
    .array(explained.entries.filter(isOne).map { .string($0.key) })
  }

  private static func json(_ finding: ConfigReport.Finding) -> JSONValue {
    ["rule": .string(finding.rule), "problem": .string(finding.problem), "remedy": .string(finding.remedy)]
  }

  private var table: String {
    var table = Table([("KEY", .left), ("VALUE", .left), ("", .left)])
    for entry in explained.entries { table.add([entry.key, Self.excerpt(entry.value), remark(entry)]) }
    return table.text
  }

  private func remark(_ entry: ConfigReport.Entry) -> String {
    if unknown.contains(entry.key) { return "unknown" }
    if !entry.isKnown { return "not used by this class" }
    if entry.isDefaulted { return "default" }
    return entry.equalsDefault ? "as the default" : ""
  }

  private var findings: [String] {
    explained.findings.flatMap { ["", printable("! " + $0.problem), printable("  " + $0.remedy)] }
  }

  /// A value on one line; long lists, such as trained betas, are cut.
  private static func excerpt(_ value: JSONValue) -> String {
    let text = value.text(.line)
    return text.utf8.count > 72 ? text.prefix(70) + "…" : text
  }
}
