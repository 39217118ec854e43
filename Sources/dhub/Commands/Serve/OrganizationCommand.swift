public import ArgumentParser
import HubModel
import HubServer
import PythonJSON

struct OrganizationCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "org", abstract: "Add, remove and list the organisations of a hub, and their members.",
    subcommands: [
      AddOrganizationCommand.self, RemoveOwnerCommand<OrganizationKind>.self, ListOwnersCommand<OrganizationKind>.self,
      MemberCommand.self,
    ])
}

struct AddOrganizationCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Add an organisation, whose members share the repositories of that name.")

  @Argument(help: "The organisation's name, as in NAME/model.")
  var name: String

  @Option(help: ArgumentHelp("The name for people.", valueName: "text"))
  var fullname: String?

  @OptionGroup var hub: HubDirectoryOptions
  @OptionGroup var style: OutputOptions

  func perform(in session: Session) async throws -> Report {
    try OrganizationKind.add(name, to: hub, fullname: fullname)
  }
}

struct MemberCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "member", abstract: "Make a user a member of an organisation, change the role, or end it.",
    discussion: """
      read: see its private repositories. write: change repositories, make new ones, decide about the readers of gated \
      ones. admin: delete, rename, publish and close them, too.

        $ dhub serve org member team ada --role write --root hub
        $ dhub serve org member team ada --remove --root hub
      """)

  @Argument(help: "The organisation's name.")
  var organization: String

  @Argument(help: "The user's name.")
  var user: String

  @Option(help: "read, write or admin.")
  var role: Account.Membership?

  @Flag(help: "End the membership.")
  var remove = false

  @OptionGroup var hub: HubDirectoryOptions
  @OptionGroup var style: OutputOptions

  func validate() throws {
    if (role == nil) != remove { throw ValidationError("either --role or --remove is needed") }
  }

  func perform(in session: Session) async throws -> Report {
    try hub.accounts.setMember(user, of: organization, to: role)
    let text = role.map { "\(user) has the role \($0.rawValue) in \(organization)." }
    return Report(
      json: [
        "organization": .string(organization), "user": .string(user),
        "role": role.map { .string($0.rawValue) } ?? .null,
      ], text: text ?? "\(user) is no member of \(organization) any more.")
  }
}

extension Account.Membership: ExpressibleByArgument {}
extension Account.Role: ExpressibleByArgument {}
