import ArgumentParser
import Hub
import HubModel
import PythonJSON

struct BranchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "branch", abstract: "Create and delete branches.",
    subcommands: [Create.self, DeleteReferenceCommand<BranchKind>.self])

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
      return BranchKind.report(id, name, "There is the branch")
    }
  }
}
