import ArgumentParser
import HubModel
import HubServer
import PythonJSON

struct CheckHubCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "fsck", abstract: "Check everything that a hub stores; it may be in use.",
    discussion: """
      Reads every object of git that a ref leads to, and every object of git LFS, and compares each with its name. Exit \
      status 6 means that something is lost or wrong.

        $ dhub serve fsck --root hub
        3 repositories, 1204 objects of git, 12 of git LFS: all right
      """)

  @Flag(help: "Compare the objects of git LFS by their lengths alone.")
  var quick = false

  @Flag(help: "Remove what interrupted writes left behind, once it is a day old; nothing else.")
  var repair = false

  @OptionGroup var hub: HubDirectoryOptions
  @OptionGroup var style: OutputOptions

  func perform(in session: Session) async throws -> Report {
    let outcome = try await HubCheck(root: hub.root, isQuick: quick, repairs: repair).run()
    let counts = [
      count(outcome.repositories, "repository", plural: "repositories"),
      count(outcome.objects, "object") + " of git", "\(outcome.files) of git LFS",
    ].joined(separator: ", ")
    let lines = outcome.findings.map { "\($0.kind.rawValue): \(printable($0.place)): \(printable($0.text))" }
    let findings: [JSONValue] = outcome.findings.map {
      ["kind": .string($0.kind.rawValue), "place": .string($0.place), "text": .string($0.text)]
    }
    let verdict = outcome.isDamaged ? "DAMAGED" : "all right"
    return Report(
      json: [
        "repositories": .integer(outcome.repositories), "objects": .integer(outcome.objects),
        "lfs_objects": .integer(outcome.files), "damaged": .bool(outcome.isDamaged), "findings": .array(findings),
      ], text: (lines + ["\(counts): \(verdict)"]).joined(separator: "\n"),
      status: outcome.isDamaged ? .integrity : .done)
  }
}
