import ArgumentParser

struct RepoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "repo", abstract: "Create, delete, move and set up repositories, branches and tags on the hub.",
    subcommands: [
      CreateRepositoryCommand.self, DeleteRepositoryCommand.self, MoveRepositoryCommand.self, SettingsCommand.self,
      BranchCommand.self, TagCommand.self,
    ], aliases: ["repos"])
}
