import ArgumentParser

struct ShowCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show a scheduler's configuration, resolved.",
    discussion: """
      SOURCE is a repository id, or a directory: a path that exists, or begins with '.' or '/'. Every value in force is \
      shown, with those that are only the class's defaults marked, and what the class does not know.

        $ dhub scheduler show org/model --subfolder scheduler
      """)

  @Argument(help: ArgumentHelp("A repository id or a directory.", valueName: "source"))
  var source: String

  @OptionGroup var options: SchedulerOptions
  @OptionGroup var style: OutputOptions

  func perform(in session: Session) async throws -> Report {
    SchedulerDescription(try await options.load(source, session, style)).report
  }
}
