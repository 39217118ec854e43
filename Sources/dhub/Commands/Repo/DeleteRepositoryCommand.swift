import ArgumentParser
import Hub
import HubModel
import PythonJSON

struct DeleteRepositoryCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "delete", abstract: "Delete a repository with all its history, for good.")

  @Flag(name: .customLong("missing-ok"), help: "Do not mind if there is none.")
  var mayMiss = false

  @Flag(name: [.customShort("y"), .customLong("yes")], help: "Do not ask.")
  var isConfirmed = false

  @OptionGroup var target: RepositoryOptions
  @OptionGroup var style: OutputOptions

  func perform(in session: Session) async throws -> Report {
    let client = session.client(target.account, style)
    let id = try await target.repository(client)
    if !isConfirmed {
      guard try session.confirm("Delete \(id) at \(client.environment.endpoint) for good?") else {
        throw Failure(status: .other, code: "declined", message: "Nothing was deleted.")
      }
    }
    try await client.deleteRepository(id, missingOK: mayMiss, options: try target.options)
    return Report(
      json: ["repo_id": .string(id.name), "repo_type": .string(id.kind.rawValue)], text: "\(id) is gone")
  }
}
