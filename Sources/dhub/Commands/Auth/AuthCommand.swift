import ArgumentParser

struct AuthCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "auth", abstract: "Tokens: log in and out, switch between accounts.",
    discussion: """
      Tokens are kept where Python's tools find them, so 'hf' and 'dhub' share one login.
      """,
    subcommands: [
      LoginCommand.self, LogoutCommand.self, ListTokensCommand.self, SwitchCommand.self, WhoAmICommand.self,
    ])
}
