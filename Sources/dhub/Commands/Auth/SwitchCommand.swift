import ArgumentParser
import Hub
import HubCredentials
import HubModel
import PythonJSON

struct SwitchCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "switch", abstract: "Take another of the kept tokens into use.")

  @Argument(help: ArgumentHelp("The token's name, as 'dhub auth list' shows it.", valueName: "name"))
  var name: String?

  @Option(name: .customLong("token-name"), help: ArgumentHelp("The same, as 'hf' spells it.", valueName: "name"))
  var option: String?

  @OptionGroup var account: AccountOptions
  @OptionGroup var style: OutputOptions

  func validate() throws {
    guard (name == nil) != (option == nil) else { throw ValidationError("Name one token.") }
  }

  func perform(in session: Session) async throws -> Report {
    let environment = session.client(account, style).environment
    // One of both is there: `validate` has seen to it.
    let name = self.name ?? option ?? ""
    try TokenStore(environment).use(name)
    var report = Report(json: ["token_name": .string(name)], text: "The token '\(printable(name))' is in use")
    if environment.token != nil { report.warnings.append("HF_TOKEN is set, and goes before it.") }
    return report
  }
}
