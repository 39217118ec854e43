import ArgumentParser
import Hub
import HubModel
import PythonJSON

struct DownloadCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "download", abstract: "Fetch a file, several, or a whole repository; print the path.",
    discussion: """
      The options are those of 'hf download'. One file prints its path; none, several or patterns print the path of the \
      snapshot, a directory. An interrupted download goes on where it was.

        $ dhub download org/model scheduler/scheduler_config.json
        /home/ada/.cache/huggingface/hub/models--org--model/snapshots/0b15…/scheduler/scheduler_config.json
        $ dhub download org/model --include '*.json' --local-dir model
        model
      """)

  @Argument(
    help: ArgumentHelp(
      "org/name, datasets/org/name, or hf://[KIND/]org/name[@REVISION][/FILE].", valueName: "repo"))
  var reference: String

  @Argument(help: ArgumentHelp("Files; one that ends in '/' means all below it.", valueName: "file"))
  var files: [String] = []

  @Option(name: [.customLong("repo-type"), .customLong("type")], help: "model, dataset or space.")
  var kind: Kind?

  @Option(help: "A branch, a tag, a commit, or refs/pr/N.")
  var revision: String?

  @Option(help: ArgumentHelp("Only files that match; may be repeated.", valueName: "pattern"))
  var include: [String] = []

  @Option(help: ArgumentHelp("No file that matches; may be repeated.", valueName: "pattern"))
  var exclude: [String] = []

  @Option(
    name: .customLong("local-dir"), help: ArgumentHelp("Put the files themselves there.", valueName: "dir"),
    completion: .directory)
  var localDirectory: String?

  @Flag(name: .customLong("force-download"), help: "Fetch again what is here already.")
  var forces = false

  @Flag(name: .customLong("no-resume"), help: "Begin interrupted downloads anew.")
  var startsOver = false

  @Flag(name: .customLong("dry-run"), help: "Say what would be fetched, and fetch nothing.")
  var isDryRun = false

  @Option(name: .customLong("max-workers"), help: ArgumentHelp("How many files at once.", valueName: "n"))
  var workers = 8

  @OptionGroup var hub: HubOptions
  @OptionGroup var style: OutputOptions

  /// The kinds of repository, by the words of the option.
  enum Kind: String, ExpressibleByArgument, CaseIterable, Sendable {
    case model, dataset, space

    /// The same as a value of the model.
    var kind: RepositoryID.Kind {
      switch self {
      case .model: .model
      case .dataset: .dataset
      case .space: .space
      }
    }
  }

  var resumption: String? { "what has arrived is kept; run the same command again to go on" }

  func validate() throws {
    if !(1...64).contains(workers) { throw ValidationError("--max-workers is \(workers), not 1 to 64") }
  }

  func perform(in session: Session) async throws -> Report {
    let request = try request()
    let client = session.client(hub, style)
    let isShown = session.showsProgress(style, client.environment)
    return try await ProgressLine.during(session.output, isShown: isShown) { progress in
      let options = try options(progress)
      if isDryRun { return try await request.plan(client, options).report }
      return try await request.run(client, options)
    }
  }

  private func request() throws -> DownloadRequest {
    let reference = try RepositoryReference(reference, kind: kind?.kind)
    if reference.revision != nil, revision != nil {
      throw Failure.usage("The revision is given twice, in the name and with --revision.")
    }
    let revision = try revision.map { name throws(HubError) in try Revision(name) } ?? reference.revision ?? .main
    let files = (reference.path.map { [$0] } ?? []) + files
    let isPlain = files.count == 1 && include.isEmpty && exclude.isEmpty && !files[0].endsWithBytes("/")
    if isPlain {
      return DownloadRequest(
        repository: reference.repository, revision: revision, content: .file(try RepositoryPath(files[0])))
    }
    // Checked here, as nothing would ever match them.
    for file in files where !file.endsWithBytes("/") { _ = try RepositoryPath(file) }
    let patterns = files + include
    return DownloadRequest(
      repository: reference.repository, revision: revision,
      content: .files(FileSelection(include: patterns.isEmpty ? nil : patterns, exclude: exclude)))
  }

  private func options(_ progress: (@Sendable (DownloadProgress) -> Void)?) throws -> DownloadOptions {
    DownloadOptions(
      cacheDirectory: hub.cacheDirectory, localDirectory: localDirectory, forceDownload: forces,
      resumeDownload: !startsOver, token: try hub.tokenRequest(), maximumWorkers: workers, progress: progress)
  }
}
