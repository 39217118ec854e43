import ArgumentParser
import DiffusionHub
import Hub
import HubModel

struct PushCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "push", abstract: "Push a scheduler's configuration as one commit; print its address.",
    discussion: """
      REPO is a repository id on the hub, made if it is missing, or the URL or path of any git repository. The file is the \
      one that diffusers writes, byte for byte. A model card is added where there is none.

        $ dhub scheduler push ./scheduler ada/my-scheduler --plan
        add      README.md                118 bytes
        add      scheduler_config.json    465 bytes
        on nothing: 2 added; at most 583 bytes to send
        $ dhub scheduler push ./scheduler ada/my-scheduler
        https://hub.example.org/ada/my-scheduler/commit/5a1c…
      """)

  @Argument(help: ArgumentHelp("A repository id or a directory.", valueName: "source"))
  var source: String

  @Argument(help: ArgumentHelp("org/name, name, a git URL or a path.", valueName: "repo"))
  var target: String

  @Option(help: ArgumentHelp("The folder of the configuration in the source.", valueName: "folder"))
  var subfolder: String?

  @Option(
    name: .customLong("path-in-repo"),
    help: ArgumentHelp("The folder in the repository; its top if missing.", valueName: "folder"))
  var folder: String?

  @OptionGroup var push: PushRequestOptions
  @OptionGroup var style: OutputOptions

  func perform(in session: Session) async throws -> Report {
    let client = session.client(push.account, style)
    let options = DownloadOptions(token: try push.account.tokenRequest())
    let loaded = LoadedSource(
      source, try await AnyScheduler.load(from: source, subfolder: subfolder, options: options, client: client))
    return try await PushLine.during(session, style, client) { progress in
      let options = try push.options(progress)
      var report: Report
      if push.isPlan {
        report = PushReport.plan(
          try await loaded.scheduler.pushPlan(target, subfolder: folder, options: options, client: client))
      } else {
        let pushed = try await loaded.scheduler.pushToHub(
          target, subfolder: folder, commitMessage: push.message, commitDescription: push.description ?? "",
          options: options, client: client)
        report = PushReport.pushed(pushed)
      }
      report.warnings = loaded.warnings + report.warnings
      return report
    }
  }
}
