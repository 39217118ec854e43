import ArgumentParser
import Hub
import HubCredentials
import HubModel
import PythonJSON

struct ListTokensCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the tokens that are kept, by name; the one in use has a star.")

  @OptionGroup var account: AccountOptions
  @OptionGroup var style: OutputOptions

  func perform(in session: Session) async throws -> Report {
    let environment = session.client(account, style).environment
    let store = TokenStore(environment)
    let inUse = try store.nameInUse()
    let tokens = try store.tokens().tokens.sorted { $0.key < $1.key }
    var table = Table([("", .left), ("NAME", .left), ("TOKEN", .left)])
    for (name, token) in tokens { table.add([name == inUse ? "*" : "", printable(name), token.masked]) }
    let json: [JSONValue] = tokens.map { name, token in
      ["name": .string(name), "token": .string(token.masked), "in_use": .bool(name == inUse)]
    }
    var report = Report(
      json: .array(json), text: tokens.isEmpty ? "No token is kept; see 'dhub help login'" : table.text)
    if environment.token != nil { report.warnings.append("HF_TOKEN is set, and goes before these.") }
    return report
  }
}
