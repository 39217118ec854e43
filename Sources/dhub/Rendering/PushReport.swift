import Foundation
import Hub
import HubModel
import PythonJSON

/// What a push did, or would do, as it is told.
enum PushReport {
  /// A commit that was not made.
  static func plan(_ plan: CommitPlan) -> Report {
    Report(json: ["plan": json(plan), "outcome": "planned"], text: printable(lines: plan.text))
  }

  /// A commit that was made, or that there was no need for.
  static func pushed(_ pushed: PushedCommit) -> Report {
    let (outcome, warnings) = words(pushed)
    let address = pushed.pullRequest ?? pushed.url ?? pushed.commit?.hex
    return Report(
      json: [
        "outcome": .string(outcome), "commit": pushed.commit.map { .string($0.hex) } ?? .null,
        "url": pushed.url.map(JSONValue.string) ?? .null, "pull_request": pushed.pullRequest.map(JSONValue.string) ?? .null,
        "branch": pushed.branch.map(JSONValue.string) ?? .null, "plan": json(pushed.plan),
      ], text: address.map { printable($0) } ?? "", warnings: warnings)
  }

  private static func words(_ pushed: PushedCommit) -> (outcome: String, warnings: [String]) {
    switch pushed.outcome {
    case .committed: ("committed", [])
    case .unchanged: ("unchanged", ["nothing to change: the repository has all of it, and no commit was made."])
    case .pullRequest: ("pull_request", [])
    case .branch(let name):
      ("branch", ["a plain git server has no pull requests; the commit is on the branch '\(printable(name))'."])
    }
  }

  private static func json(_ plan: CommitPlan) -> JSONValue {
    [
      "parent": plan.parent.map { .string($0.hex) } ?? .null, "bytes_to_send": .integer(Int(plan.bytesToSend)),
      "files": .array(
        plan.items.map { item in
          [
            "path": .string(item.path.text), "action": .string(item.action.rawValue),
            "storage": .string(item.storage.rawValue), "size": .integer(Int(item.size)),
          ]
        }),
    ]
  }

  private static func printable(lines text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { HubModel.printable(String($0)) }
      .joined(separator: "\n")
  }
}
