import ArgumentParser
import Hub
import HubCredentials
import HubModel
import PythonJSON

struct LogoutCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "logout", abstract: "Forget a token, or every one.",
    discussion: "The hub still accepts it; revoke it there if somebody else may have it.")

  @Option(
    name: .customLong("token-name"), help: ArgumentHelp("The token to forget; all if missing.", valueName: "name"))
  var name: String?

  @OptionGroup var account: AccountOptions
  @OptionGroup var style: OutputOptions

  func perform(in session: Session) async throws -> Report {
    let client = session.client(account, style)
    let store = TokenStore(client.environment)
    var report: Report
    if let name {
      let wasInUse = try store.forget(name)
      report = Report(
        json: ["token_name": .string(name), "was_in_use": .bool(wasInUse)],
        text: "Forgot the token '\(printable(name))'" + (wasInUse ? "; none is in use now" : ""))
    } else {
      _ = GitCredential(variables: session.variables).reject(endpoint: client.environment.endpoint)
      let wasThere = try store.forgetAll()
      report = Report(json: ["logged_out": .bool(wasThere)], text: wasThere ? "Logged out" : "Nobody was logged in")
    }
    if client.environment.token != nil { report.warnings.append("HF_TOKEN is set, and is still sent.") }
    return report
  }
}
