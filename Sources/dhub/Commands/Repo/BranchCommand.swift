import ArgumentParser
import Hub
import HubModel
import PythonJSON

struct BranchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "branch", abstract: "Create and delete branches.",
    subcommands: [Create.self, Delete.self])

  struct Create: Subcommand {
    static let configuration = CommandConfiguration(abstract: "Make a branch.")

    @OptionGroup var target: RepositoryOptions

    @Argument(help: ArgumentHelp("The branch's name.", valueName: "branch"))
    var name: String

    @Option(help: "Where it begins: a branch, a tag or a commit; the head if missing.")
    var revision: String?

    @Flag(name: .customLong("exist-ok"), help: "Do not mind if there is one already; it stays where it is.")
    var mayExist = false

    @OptionGroup var style: OutputOptions

    func perform(in session: Session) async throws -> Report {
      let client = session.client(target.account, style)
      let id = try await target.repository(client)
      let start = try revision.map { name throws(HubError) in try Revision(name) }
      try await client.createBranch(
        name, of: id, at: start, existsOK: mayExist, options: try target.options)
      return BranchCommand.report(id, name, "There is the branch")
    }
  }

  struct Delete: Subcommand {
    static let configuration = CommandConfiguration(abstract: "Delete a branch; its commits may be lost.")

    @OptionGroup var target: RepositoryOptions

    @Argument(help: ArgumentHelp("The branch's name.", valueName: "branch"))
    var name: String

    @OptionGroup var style: OutputOptions

    func perform(in session: Session) async throws -> Report {
      let client = session.client(target.account, style)
      let id = try await target.repository(client)
      try await client.deleteBranch(name, of: id, options: try target.options)
      return BranchCommand.report(id, name, "Deleted the branch")
    }
  }

  private static func report(_ id: RepositoryID, _ name: String, _ words: String) -> Report {
    Report(
      json: ["branch": .string(name), "repo_type": .string(id.kind.rawValue), "repo_id": .string(id.name)],
      text: "\(words) '\(printable(name))' of \(id)")
  }
}
