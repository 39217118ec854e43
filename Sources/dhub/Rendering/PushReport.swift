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
    let (outcome, address, warning) = words(pushed)
    return Report(
      json: [
        "outcome": .string(outcome), "commit": pushed.commit.map { .string($0.hex) } ?? .null,
        "url": .string(address), "repo_id": pushed.repository.map { .string($0.name) } ?? .null,
        "hook_output": pushed.hookOutput.map(JSONValue.string) ?? .null, "plan": json(pushed.plan),
      ], text: HubModel.printable(address), warnings: [warning].compactMap(\.self))
  }

  /// What it is called, where it is, and what the user should know.
  private static func words(_ pushed: PushedCommit) -> (outcome: String, address: String, warning: String?) {
    let address = pushed.url ?? pushed.commit?.hex ?? ""
    switch pushed.outcome {
    case .committed: return ("committed", address, nil)
    case .unchanged: return ("unchanged", address, "nothing to change: all of it is there, and no commit was made.")
    case .pullRequest(let url): return ("pull_request", url, nil)
    case .branch(let name):
      let branch = HubModel.printable(name)
      return ("branch", address, "a plain git server has no pull requests; the commit is on the branch '\(branch)'.")
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
