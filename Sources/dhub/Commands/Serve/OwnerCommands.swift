import ArgumentParser
import Foundation
import HubModel
import HubServer
import PythonJSON

/// Users and organisations, as far as the commands about them are the same.
protocol OwnerKind {
  static var kind: AccountStore.OwnerKind { get }
  /// One of them: `user`.
  static var one: String { get }
  /// All of them: `users`.
  static var all: String { get }
  static var removal: CommandConfiguration { get }
}

enum UserKind: OwnerKind {
  static let kind = AccountStore.OwnerKind.user
  static let (one, all) = ("user", "users")
  static let removal = CommandConfiguration(
    commandName: "remove", abstract: "Remove a user with all tokens and memberships.",
    discussion: "Repositories stay. A user of the same name who is added later owns them again.")
}

enum OrganizationKind: OwnerKind {
  static let kind = AccountStore.OwnerKind.organization
  static let (one, all) = ("organisation", "organisations")
  static let removal = CommandConfiguration(
    commandName: "remove", abstract: "Remove an organisation; its repositories stay.")
}

extension OwnerKind {
  /// Adds one to a hub.
  static func add(
    _ name: String, to hub: HubDirectoryOptions, fullname: String?, email: String? = nil
  ) throws -> Report {
    try hub.accounts.add(kind, name, fullname: fullname, email: email)
    return Report(json: ["name": .string(name), "type": .string(kind.rawValue)], text: "\(name) is added.")
  }
}

struct RemoveOwnerCommand<Kind: OwnerKind>: Subcommand {
  static var configuration: CommandConfiguration { Kind.removal }

  @Argument(help: "The \(Kind.one)'s name.")
  var name: String

  @OptionGroup var hub: HubDirectoryOptions
  @OptionGroup var style: OutputOptions

  func perform(in session: Session) async throws -> Report {
    try hub.accounts.remove(Kind.kind, name)
    let left = ["models", "datasets", "spaces"].filter { kind in
      FileManager.default.fileExists(atPath: "\(hub.root)/\(kind)/\(name)")
    }
    let warnings = left.map { "\($0)/\(name)/ keeps its repositories; whoever is added under this name owns them." }
    return Report(
      json: ["name": .string(name), "type": .string(Kind.kind.rawValue)], text: "\(name) is removed.",
      warnings: warnings)
  }
}

struct ListOwnersCommand<Kind: OwnerKind>: Subcommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(commandName: "list", abstract: "List the \(Kind.all) of a hub.")
  }

  @OptionGroup var hub: HubDirectoryOptions
  @OptionGroup var style: OutputOptions

  func perform(in session: Session) async throws -> Report {
    try OwnerList(kind: Kind.kind, owners: hub.accounts.owners(Kind.kind)).report
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
