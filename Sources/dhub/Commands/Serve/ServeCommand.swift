import ArgumentParser
import Foundation
import HubModel
import HubServer

struct ServeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Serve bare git repositories as a hub, and keep its accounts.",
    discussion: """
      Repositories are ROOT/models/OWNER/NAME.git, ROOT/datasets/… and ROOT/spaces/…; what git puts there is served at \
      once, to dhub and to Python's huggingface_hub. 'dhub help serve run' lists the options of the server. Accounts are \
      in ROOT/accounts.sqlite; changes count in a running server at once.

        $ git init -q --bare hub/models/team/model.git
        $ dhub serve user add ada --root hub
        $ dhub serve org add team --root hub
        $ dhub serve org member team ada --role admin --root hub
        $ dhub serve token create laptop --user ada --role write --root hub >token
        $ dhub serve --root hub --port 8080 &
        listening on http://127.0.0.1:8080
        $ HF_ENDPOINT=http://127.0.0.1:8080 HF_TOKEN=$(cat token) dhub download team/model config.json
      """,
    subcommands: [
      RunServerCommand.self, UserCommand.self, OrganizationCommand.self, TokenCommand.self, CheckHubCommand.self,
    ],
    defaultSubcommand: RunServerCommand.self)
}

/// Which hub a command is about.
struct HubDirectoryOptions: ParsableArguments, Sendable {
  @Option(help: ArgumentHelp("The directory of the hub.", valueName: "dir"), completion: .directory)
  var root: String

  /// The hub's accounts.
  ///
  /// - Throws: A usage error if there is no such directory: a misspelt one should not become a hub.
  var accounts: AccountStore {
    get throws {
      guard FileManager.default.fileExists(atPath: root) else {
        throw Failure.usage("There is no directory \(printable(root)).", hint: "make it: mkdir -p \(shellQuoted(root))")
      }
      return AccountStore(root: root)
    }
  }
}
