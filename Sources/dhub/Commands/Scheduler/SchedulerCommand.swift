import ArgumentParser

struct SchedulerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scheduler", abstract: "Show, plan, convert, push and list schedulers.",
    subcommands: [ShowCommand.self, PlanCommand.self, ConvertCommand.self, PushCommand.self, ListCommand.self])
}
