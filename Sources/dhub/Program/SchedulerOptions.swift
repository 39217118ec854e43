import ArgumentParser
import DiffusionHub

/// Where a scheduler's configuration is looked for in its source, and how.
struct SchedulerOptions: ParsableArguments, Sendable {
  @Option(help: ArgumentHelp("The folder of the configuration; in most pipelines 'scheduler'.", valueName: "folder"))
  var subfolder: String?

  @Option(help: "A branch, a tag, a commit, or refs/pr/N.")
  var revision = "main"

  @Flag(name: .customLong("force-download"), help: "Fetch again what is here already.")
  var forces = false

  @OptionGroup var hub: HubOptions

  /// The scheduler that `source` names.
  func load(_ source: String, _ session: Session, _ style: OutputOptions) async throws -> LoadedSource {
    let options = DownloadOptions(
      cacheDirectory: hub.cacheDirectory, forceDownload: forces, token: try hub.tokenRequest())
    let loaded = try await AnyScheduler.load(
      from: source, subfolder: subfolder, revision: revision, options: options, client: session.client(hub, style))
    return LoadedSource(source, loaded)
  }
}
