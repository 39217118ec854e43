import ArgumentParser
import Hub
import HubModel
import PythonJSON

struct SettingsCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "settings", abstract: "Say who sees a repository and who may read it.",
    discussion: """
        $ dhub repo settings ada/model --private
        $ dhub repo settings ada/model --gated manual
      """)

  @Flag(name: .customLong("private"), help: "Only its owner's accounts see it.")
  var isPrivate = false

  @Flag(name: .customLong("public"), help: "Everybody sees it.")
  var isPublic = false

  @Option(help: ArgumentHelp("Whether access has to be asked for: auto, manual or false.", valueName: "gate"))
  var gated: Gate?

  @OptionGroup var target: RepositoryOptions
  @OptionGroup var style: OutputOptions

  /// Whether access has to be asked for, as the `hf` command spells it.
  enum Gate: String, ExpressibleByArgument, CaseIterable, Sendable {
    case auto, manual, `false`

    var gate: RepositoryInfo.Gate {
      switch self {
      case .auto: .auto
      case .manual: .manual
      case .false: .open
      }
    }
  }

  func validate() throws {
    if isPrivate, isPublic { throw ValidationError("--private and --public exclude each other.") }
    if !isPrivate, !isPublic, gated == nil {
      throw ValidationError("Nothing to change; pass --private, --public or --gated.")
    }
  }

  func perform(in session: Session) async throws -> Report {
    let client = session.client(target.account, style)
    let id = try await target.repository(client)
    try await client.updateSettings(
      of: id, isPrivate: isPrivate || isPublic ? isPrivate : nil, gate: gated?.gate, options: try target.options)
    return Report(json: ["repo_id": .string(id.name), "repo_type": .string(id.kind.rawValue)], text: "Changed \(id)")
  }
}
