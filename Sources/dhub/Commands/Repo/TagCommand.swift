import ArgumentParser
import Hub
import HubModel
import PythonJSON

struct TagCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tag", abstract: "Create, list and delete tags.",
    subcommands: [Create.self, List.self, DeleteReferenceCommand<TagKind>.self])

  struct Create: Subcommand {
    static let configuration = CommandConfiguration(abstract: "Name a commit for good.")

    @OptionGroup var target: RepositoryOptions

    @Argument(help: ArgumentHelp("The tag's name.", valueName: "tag"))
    var name: String

    @Option(help: "What it names: a branch, a tag or a commit.")
    var revision = "main"

    @Option(name: [.customShort("m"), .customLong("message")], help: ArgumentHelp("Why.", valueName: "text"))
    var message: String?

    @Flag(name: .customLong("exist-ok"), help: "Do not mind if there is one already; it stays where it is.")
    var mayExist = false

    @OptionGroup var style: OutputOptions

    func perform(in session: Session) async throws -> Report {
      let client = session.client(target.account, style)
      let id = try await target.repository(client)
      try await client.createTag(
        name, of: id, at: try Revision(revision), message: message, existsOK: mayExist, options: try target.options)
      return TagKind.report(id, name, "There is the tag")
    }
  }

  struct List: Subcommand {
    static let configuration = CommandConfiguration(abstract: "List the tags and what they name.")

    @OptionGroup var target: RepositoryOptions
    @OptionGroup var style: OutputOptions

    func perform(in session: Session) async throws -> Report {
      let client = session.client(target.account, style)
      let id = try await target.repository(client)
      let tags = try await client.references(of: id, options: try target.options).tags
      var table = Table([("TAG", .left), ("COMMIT", .left)])
      for tag in tags { table.add([printable(tag.name), printable(tag.targetCommit)]) }
      return Report(
        json: .array(tags.map { ["tag": .string($0.name), "commit": .string($0.targetCommit)] }),
        text: tags.isEmpty ? "\(id) has no tag" : table.text)
    }
  }
}
