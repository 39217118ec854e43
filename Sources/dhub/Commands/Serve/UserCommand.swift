import ArgumentParser

struct UserCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "user", abstract: "Add, remove and list the users of a hub.",
    subcommands: [AddUserCommand.self, RemoveOwnerCommand<UserKind>.self, ListOwnersCommand<UserKind>.self])
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
    try UserKind.add(name, to: hub, fullname: fullname, email: email)
  }
}
