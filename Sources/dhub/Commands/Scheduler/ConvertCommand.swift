import ArgumentParser
import DiffusionHub

struct ConvertCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "convert", abstract: "Write the configuration for another class.",
    discussion: """
      Values that both classes have are kept, and so are those that only the old one knows, for the way back. A name of \
      A1111 or k-diffusion brings its settings with it. The file is the one that diffusers writes, byte for byte.

        $ dhub scheduler convert org/model --subfolder scheduler --to DPMSolverMultistepScheduler --output scheduler
        scheduler/scheduler_config.json
        $ dhub scheduler convert org/model --subfolder scheduler --to 'DPM++ 2M SDE Karras' --output scheduler
      """)

  @Argument(help: ArgumentHelp("A repository id or a directory.", valueName: "source"))
  var source: String

  @Option(
    name: .customLong("to"),
    help: ArgumentHelp("A class, or a name of A1111; see 'dhub scheduler list'.", valueName: "class"),
    completion: .list(SchedulerRegistry.all.map { $0.className }))
  var target: String

  @Option(help: ArgumentHelp("The directory to write to.", valueName: "dir"), completion: .directory)
  var output: String

  @OptionGroup var options: SchedulerOptions
  @OptionGroup var style: OutputOptions

  func perform(in session: Session) async throws -> Report {
    // Before anything is fetched: a name that is none is a mistake in the arguments.
    let make = try maker()
    let loaded = try await options.load(source, session, style)
    let scheduler = try make(loaded.scheduler.config)
    let path = try scheduler.savePretrained(to: output)
    let isForeign = !loaded.scheduler.base.compatibles.contains { $0.className == scheduler.className }
    let pair = "\(loaded.scheduler.className) and \(scheduler.className)"
    return Report(
      json: ["path": .string(path), "class": .string(scheduler.className), "source": .object(loaded.json)], text: path,
      warnings: loaded.warnings + (isForeign ? ["\(pair) are not compatible in diffusers; check the values."] : []))
  }

  /// How the scheduler is made of a configuration.
  private func maker() throws -> (SchedulerConfig) throws -> AnyScheduler {
    let target = target
    if let type = SchedulerRegistry.scheduler(named: target) { return { AnyScheduler(try type.init(config: $0)) } }
    do {
      // What is neither is taken for a class, unless it has what only the other names have.
      let isName = NamedScheduler.named(target) != nil || target.contains { " +".contains($0) }
      if !isName { _ = try SchedulerRegistry.scheduler(target) }
      _ = try AnyScheduler(named: target)
      return { try AnyScheduler(named: target, config: $0) }
    } catch {
      throw Failure.usage(printable(error.problem) + ".", hint: printable(error.remedy))
    }
  }
}
