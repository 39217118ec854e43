import ArgumentParser
import Hub
import HubModel
import PythonJSON

struct MoveRepositoryCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "move", abstract: "Give a repository another name; the old one leads to it.")

  @OptionGroup var target: RepositoryOptions

  @Argument(help: ArgumentHelp("The new name, org/name.", valueName: "new-name"))
  var newName: String

  @OptionGroup var style: OutputOptions

  func perform(in session: Session) async throws -> Report {
    let client = session.client(target.account, style)
    let id = try await target.repository(client)
    let moved = try RepositoryReference(newName, kind: id.kind).repository
    let options = try target.options
    let new = try await client.qualified(moved, options: options)
    try await client.moveRepository(id, to: new, options: options)
    return Report(
      json: ["from_id": .string(id.name), "to_id": .string(new.name), "repo_type": .string(id.kind.rawValue)],
      text: "\(id) is \(new) now")
  }
}
