import ArgumentParser
import Foundation
import HubCache
import HubModel
import PythonJSON
import Schedulers
import Scheduling

struct PlanCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Show the timesteps and noise levels of a run.",
    discussion: """
      One row for each evaluation of the model: the timestep it is given, the weights of signal and noise in the sample \
      it sees, and where the step leads.

        $ dhub scheduler plan org/model --subfolder scheduler --steps 5
        $ dhub scheduler plan org/a org/b --subfolder scheduler --steps 25 --svg compared.svg
      """)

  @Argument(help: ArgumentHelp("Repository ids or directories.", valueName: "source"))
  var sources: [String]

  @Option(parsing: .unconditional, help: ArgumentHelp("The number of steps.", valueName: "n"))
  var steps: Int

  @Option(help: ArgumentHelp("Draw the plans over each other into this file.", valueName: "file"), completion: .file())
  var svg: String?

  @Flag(name: .customLong("diffusers-0.21"), help: "Plan the runs that diffusers 0.21 made.")
  var isOld = false

  @OptionGroup var options: SchedulerOptions
  @OptionGroup var style: OutputOptions

  func perform(in session: Session) async throws -> Report {
    var plans: [NamedPlan] = []
    var warnings: [String] = []
    for source in sources {
      let loaded = try await options.load(source, session, style)
      let scheduler = isOld ? try loaded.scheduler.asOfDiffusers021() : loaded.scheduler
      plans.append(NamedPlan(loaded, try scheduler.sampler(steps: steps)))
      warnings += loaded.warnings
    }
    var report = Report(
      json: ["plans": .array(plans.map(\.json))], text: plans.map(\.text).joined(separator: "\n\n"), warnings: warnings)
    guard let svg else { return report }
    let chart = PlanChart(plans.map { ("\($0.name): \($0.className)", $0.plan) }, steps: steps)
    try Disk.replace(svg, with: Array(chart.svg.utf8))
    report.text = svg
    return report
  }
}
