import ArgumentParser
import Foundation
import HubModel
import HubServer
import PythonJSON

struct TokenCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "token", abstract: "Make, list and revoke the tokens of a hub's users.",
    subcommands: [CreateTokenCommand.self, ListTokensCommand.self, RevokeTokenCommand.self])
}

struct CreateTokenCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Make a token, and print its secret this one time.",
    discussion: """
      The secret is the only line on stdout; the hub keeps its hash alone. Limits are owners or repositories, as \
      'team', 'team/model', 'datasets/team/data'; beyond them the token reads what is public.

        $ dhub serve token create ci --user robot --role write --only team/model --days 90 --root hub
        hf_…
      """)

  @Argument(help: "The token's name, for lists and logs.")
  var name: String

  @Option(help: ArgumentHelp("Whose token it is.", valueName: "name"))
  var user: String

  @Option(help: "read or write.")
  var role = Account.Role.read

  @Option(help: ArgumentHelp("Limit it to an owner or a repository; may be repeated.", valueName: "target"))
  var only: [String] = []

  @Option(help: ArgumentHelp("Days until it ends; without it, never.", valueName: "n"))
  var days: Int?

  @OptionGroup var hub: HubDirectoryOptions
  @OptionGroup var style: OutputOptions

  func validate() throws {
    if let days, !(1...36500).contains(days) { throw ValidationError("--days is \(days), not 1 to 36500") }
  }

  func perform(in session: Session) async throws -> Report {
    let targets = try only.map { try TokenScope.Target($0) }
    let expires = days.map { Int64(Date().timeIntervalSince1970) + Int64($0) * 86400 }
    let secret = try hub.accounts.createToken(
      name, for: user, role: role, scope: TokenScope(targets), expires: expires)
    if !session.output.isJSON, !style.isQuiet {
      session.output.note("The token '\(name)' of \(user), role \(role.rawValue); its secret is not shown again:")
    }
    return Report(
      json: [
        "name": .string(name), "user": .string(user), "role": .string(role.rawValue), "token": .string(secret),
        "expires": expires.map { .integer(Int($0)) } ?? .null,
        "targets": .array(targets.map { .string($0.description) }),
      ], text: secret)
  }
}

struct ListTokensCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List tokens, without their secrets, which the hub does not have.")

  @Option(help: ArgumentHelp("Only those of this user.", valueName: "name"))
  var user: String?

  @OptionGroup var hub: HubDirectoryOptions
  @OptionGroup var style: OutputOptions

  func perform(in session: Session) async throws -> Report {
    let tokens = try hub.accounts.tokens(of: user)
    let now = Date().timeIntervalSince1970
    var table = Table([
      ("USER", .left), ("NAME", .left), ("ROLE", .left), ("LIMITED TO", .left), ("LAST USED", .left), ("STATE", .left),
    ])
    for token in tokens {
      let used = token.used.map { Moment(seconds: Double($0)).ago(from: now) } ?? "never"
      let targets = token.targets.isEmpty ? "-" : token.targets.joined(separator: ", ")
      table.add([token.user, token.name, token.role.rawValue, targets, used, Self.state(token, Int64(now))])
    }
    return Report(
      json: ["tokens": .array(tokens.map(Self.json))], text: tokens.isEmpty ? "No token yet." : table.text)
  }

  private static func state(_ token: AccountStore.TokenRecord, _ now: Int64) -> String {
    if token.revoked != nil { return "revoked" }
    guard let expires = token.expires else { return "valid" }
    let end = Moment(seconds: Double(expires)).text
    return token.isValid(at: now) ? "until \(end)" : "ended \(end)"
  }

  private static func json(_ token: AccountStore.TokenRecord) -> JSONValue {
    func time(_ seconds: Int64?) -> JSONValue { seconds.map { .integer(Int($0)) } ?? .null }
    return [
      "user": .string(token.user), "name": .string(token.name), "role": .string(token.role.rawValue),
      "targets": .array(token.targets.map { .string($0) }), "created": time(token.created),
      "expires": time(token.expires), "last_used": time(token.used), "revoked": time(token.revoked),
    ]
  }
}

struct RevokeTokenCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "revoke", abstract: "Revoke a token for good; a running server refuses it at once.")

  @Argument(help: "The token's name.")
  var name: String

  @Option(help: ArgumentHelp("Whose token it is.", valueName: "name"))
  var user: String

  @OptionGroup var hub: HubDirectoryOptions
  @OptionGroup var style: OutputOptions

  func perform(in session: Session) async throws -> Report {
    try hub.accounts.revokeToken(name, of: user)
    return Report(
      json: ["name": .string(name), "user": .string(user)], text: "The token '\(name)' of \(user) is revoked.")
  }
}
