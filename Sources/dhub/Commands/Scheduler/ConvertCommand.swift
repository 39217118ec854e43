import ArgumentParser
import DiffusionHub

struct ConvertCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "convert", abstract: "Write the configuration for another class.",
    discussion: """
      Values that both classes have are kept, and so are those that only the old one knows, for the way back. The file is \
      the one that diffusers writes, byte for byte.

        $ dhub scheduler convert org/model --subfolder scheduler --to DPMSolverMultistepScheduler --output scheduler
        scheduler/scheduler_config.json
      """)

  @Argument(help: ArgumentHelp("A repository id or a directory.", valueName: "source"))
  var source: String

  @Option(
    name: .customLong("to"), help: ArgumentHelp("The class; see 'dhub scheduler list'.", valueName: "class"),
    completion: .list(SchedulerRegistry.classes.map { $0.className }))
  var target: String

  @Option(help: ArgumentHelp("The directory to write to.", valueName: "dir"), completion: .directory)
  var output: String

  @OptionGroup var options: SchedulerOptions
  @OptionGroup var style: OutputOptions

  func perform(in session: Session) async throws -> Report {
    guard let type = SchedulerRegistry.scheduler(named: target) else {
      // The registry's error knows the nearest names.
      throw try Self.usage { _ = try SchedulerRegistry.scheduler(target) }
    }
    let loaded = try await options.load(source, session, style)
    let scheduler = try type.init(config: loaded.scheduler.config)
    let path = try scheduler.savePretrained(to: output)
    let isForeign = !loaded.scheduler.base.compatibles.contains { $0.className == type.className }
    let warning =
      "\(loaded.scheduler.className) and \(type.className) are not compatible in diffusers; check the values."
    return Report(
      json: ["path": .string(path), "class": .string(type.className), "source": .object(loaded.json)], text: path,
      warnings: loaded.warnings + (isForeign ? [warning] : []))
  }

  /// What `body` throws, as a mistake in the arguments.
  private static func usage(_ body: () throws -> Void) throws -> Failure {
    do {
      try body()
      preconditionFailure("an unknown class was found")
    } catch {
      let failure = Failure(error)
      return .usage(failure.message, hint: failure.hint)
    }
  }
}
