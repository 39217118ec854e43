import ArgumentParser
import Hub
import HubCredentials
import HubModel
import PythonJSON

struct LoginCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "login", abstract: "Check a token with the hub, and keep it.",
    discussion: """
      Without --token it is asked for, without showing it; where stdin is no terminal it is read from there. It is kept \
      with the file modes of Python's client, in HF_HOME/token and under its name in HF_HOME/stored_tokens.

        $ dhub login
        Token for https://hub.example.org:
        Logged in as ada with the token 'laptop'
        $ dhub login --token - < token.txt
      """)

  @OptionGroup var account: AccountOptions

  @Flag(name: .customLong("add-to-git-credential"), help: "Have git's credential helper remember the token, too.")
  var addsToGit = false

  @Flag(help: "Log in anew even if a token that the hub accepts is in use.")
  var force = false

  @OptionGroup var style: OutputOptions

  func perform(in session: Session) async throws -> Report {
    let client = session.client(account, style)
    let store = TokenStore(client.environment)
    if account.token == nil, !force, Streams.inputIsTerminal, let report = try await existing(client, store) {
      return report
    }
    let token = try token(client, session)
    let who = try await client.whoAmI(options: DownloadOptions(token: .token(token)))
    let name = who.auth?.accessToken?.displayName ?? who.name
    try store.keep(token, named: name)
    var report = Self.report(who, name, "Logged in as \(printable(who.name)) with the token '\(printable(name))'")
    if addsToGit { report.warnings += Self.tellGit(token, client, session) }
    if client.environment.token != nil {
      report.warnings.append("HF_TOKEN is set, and goes before the token that was kept.")
    }
    return report
  }

  /// What to say where somebody is logged in already.
  private func existing(_ client: HubClient, _ store: TokenStore) async throws -> Report? {
    guard let name = try store.nameInUse(), let token = try store.tokens().tokens[name] else { return nil }
    do throws(HubError) {
      let who = try await client.whoAmI(options: DownloadOptions(token: .token(token)))
      return Self.report(
        who, name, "Logged in as \(printable(who.name)) already; pass --force or --token for another token")
    } catch {
      guard error.code == .unauthorized else { throw error }
      return nil
    }
  }

  private func token(_ client: HubClient, _ session: Session) throws -> Token {
    if let text = account.token, text != "-" { return try Token(text) }
    guard account.token == nil, Streams.inputIsTerminal else { return try AccountOptions.tokenFromInput() }
    return try Token(try session.secret("Token for \(client.environment.endpoint): "))
  }

  private static func tellGit(_ token: Token, _ client: HubClient, _ session: Session) -> [String] {
    let git = GitCredential(variables: session.variables)
    guard !git.helpers().isEmpty else {
      return ["git has no credential helper; set one up with: git config --global credential.helper store"]
    }
    return git.approve(token, endpoint: client.environment.endpoint) ? [] : ["git did not take the token."]
  }

  private static func report(_ who: WhoAmI, _ name: String, _ text: String) -> Report {
    Report(json: ["user": .string(who.name), "token_name": .string(name)], text: text)
  }
}
