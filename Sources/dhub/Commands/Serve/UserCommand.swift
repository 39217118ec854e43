import ArgumentParser
import Foundation
import HubModel
import HubServer
import PythonJSON

struct UserCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "user", abstract: "Add, remove and list the users of a hub.",
    subcommands: [AddUserCommand.self, RemoveUserCommand.self, ListUsersCommand.self])
}

struct AddUserCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Add a user, who owns the repositories of that name.")

  @Argument(help: "The user's name, as in NAME/model.")
  var name: String

  @Option(help: ArgumentHelp("The name for people.", valueName: "text"))
  var fullname: String?

  @Option(help: ArgumentHelp("The address, for lists.", valueName: "address"))
  var email: String?

  @OptionGroup var hub: HubDirectoryOptions
  @OptionGroup var style: OutputOptions

  func perform(in session: Session) async throws -> Report {
    try await OwnerChange(kind: .user, name: name).add(hub, fullname: fullname, email: email)
  }
}

struct RemoveUserCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "remove", abstract: "Remove a user with all tokens and memberships.",
    discussion: "Repositories stay. A user of the same name who is added later owns them again.")

  @Argument(help: "The user's name.")
  var name: String

  @OptionGroup var hub: HubDirectoryOptions
  @OptionGroup var style: OutputOptions

  func perform(in session: Session) async throws -> Report {
    try await OwnerChange(kind: .user, name: name).remove(hub)
  }
}

struct ListUsersCommand: Subcommand {
  static let configuration = CommandConfiguration(commandName: "list", abstract: "List the users of a hub.")

  @OptionGroup var hub: HubDirectoryOptions
  @OptionGroup var style: OutputOptions

  func perform(in session: Session) async throws -> Report {
    try OwnerList(kind: .user, owners: hub.accounts.owners(.user)).report
  }
}

/// Adding and removing, which is the same for users and organisations.
struct OwnerChange: Sendable {
  let kind: AccountStore.OwnerKind
  let name: String

  func add(_ hub: HubDirectoryOptions, fullname: String?, email: String? = nil) async throws -> Report {
    try hub.accounts.add(kind, name, fullname: fullname, email: email)
    return Report(json: ["name": .string(name), "type": .string(kind.rawValue)], text: "\(name) is added.")
  }

  func remove(_ hub: HubDirectoryOptions) async throws -> Report {
    try hub.accounts.remove(kind, name)
    let left = ["models", "datasets", "spaces"].filter { kind in
      FileManager.default.fileExists(atPath: "\(hub.root)/\(kind)/\(name)")
    }
    let warnings = left.map { "\($0)/\(name)/ keeps its repositories; whoever is added under this name owns them." }
    return Report(
      json: ["name": .string(name), "type": .string(kind.rawValue)], text: "\(name) is removed.", warnings: warnings)
  }
}

/// The users or the organisations of a hub.
struct OwnerList: Sendable {
  let kind: AccountStore.OwnerKind
  let owners: [AccountStore.Owner]

  var report: Report {
    let (word, others) = kind == .user ? ("user", "organizations") : ("organisation", "members")
    var table = Table([("NAME", .left), (others.uppercased(), .left), ("ADDED", .left)])
    for owner in owners {
      let names = owner.memberships.sorted { $0.key < $1.key }.map { "\($0.key) (\($0.value.rawValue))" }
      table.add([owner.name, names.joined(separator: ", "), Moment(seconds: Double(owner.created)).text])
    }
    let rows = owners.map { owner -> JSONValue in
      [
        "name": .string(owner.name), "fullname": owner.fullname.map { .string($0) } ?? .null,
        "email": owner.email.map { .string($0) } ?? .null, "created": .integer(Int(owner.created)),
        others: .object(owner.memberships.reduce(into: JSONObject()) { $0[$1.key] = .string($1.value.rawValue) }),
      ]
    }
    return Report(
      json: [kind == .user ? "users" : "organizations": .array(rows)],
      text: owners.isEmpty ? "No \(word) yet." : table.text)
  }
}
