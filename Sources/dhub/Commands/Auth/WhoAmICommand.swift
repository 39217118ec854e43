import ArgumentParser
import Hub
import HubCredentials
import HubModel
import PythonJSON

struct WhoAmICommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "whoami", abstract: "Ask the hub whose the token in use is.")

  @OptionGroup var account: AccountOptions
  @OptionGroup var style: OutputOptions

  func perform(in session: Session) async throws -> Report {
    let client = session.client(account, style)
    let who = try await client.whoAmI(options: DownloadOptions(token: try account.tokenRequest()))
    let names = (who.orgs ?? []).map(\.name)
    let token = who.auth?.accessToken
    var lines = ["user: \(printable(who.name))"]
    if !names.isEmpty { lines.append("orgs: \(names.map { printable($0) }.joined(separator: ", "))") }
    if let name = token?.displayName { lines.append("token: \(printable(name)) (\(printable(token?.role ?? "?")))") }
    lines.append("endpoint: \(client.environment.endpoint)")
    return Report(
      json: [
        "user": .string(who.name), "orgs": .array(names.map(JSONValue.string)),
        "token_name": token?.displayName.map(JSONValue.string) ?? .null,
        "role": token?.role.map(JSONValue.string) ?? .null, "endpoint": .string(client.environment.endpoint),
      ], text: lines.joined(separator: "\n"))
  }
}
