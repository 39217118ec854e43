import ArgumentParser
import Hub
import HubModel
import PythonJSON

struct CreateRepositoryCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Make a repository; print its address.",
    discussion: """
        $ dhub repo create ada/model --private
        https://hub.example.org/ada/model
      """)

  @Flag(inversion: .prefixedNo, help: "Whether only its owner's accounts see it.")
  var `private`: Bool?

  @Flag(name: .customLong("exist-ok"), help: "Do not mind if there is one already; it stays as it is.")
  var mayExist = false

  @OptionGroup var target: RepositoryOptions
  @OptionGroup var style: OutputOptions

  func perform(in session: Session) async throws -> Report {
    let client = session.client(target.account, style)
    let id = try await target.repository(client)
    let made = try await client.createRepository(
      id, isPrivate: `private`, existsOK: mayExist, options: try target.options)
    return Report(
      json: [
        "repo_id": .string(made.id.name), "repo_type": .string(made.id.kind.rawValue), "url": .string(made.url),
        "created": .bool(made.isNew),
      ], text: printable(made.url))
  }
}
