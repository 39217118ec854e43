import ArgumentParser
import Checkpoints
import Hub
import HubModel

struct UploadCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "upload", abstract: "Push a file or a folder as one commit; print its address.",
    discussion: """
      The options are those of 'hf upload'. REPO is a repository id on the hub, made if it is missing, or the URL or path \
      of any git repository. Large files go to git LFS, as the repository's .gitattributes says. What the repository has \
      already is not sent; if that is all, there is no commit. An upload that was interrupted sends only the rest.

        $ dhub upload org/model ./folder --plan
        add      README.md                            812 bytes
        add      unet/model.safetensors    3438167540 bytes, LFS
        on nothing: 2 added; at most 3438168352 bytes to send, 3438167540 of them to LFS
        $ dhub upload org/model ./folder
        https://hub.example.org/org/model/commit/5a1c…
        $ dhub upload https://ada@git.example.org/ada/model.git weights.safetensors unet/model.safetensors
      """)

  @Argument(help: ArgumentHelp("org/name, datasets/org/name, a git URL or a path.", valueName: "repo"))
  var reference: String

  @Argument(
    help: ArgumentHelp("The file or folder; the current one if missing.", valueName: "path"), completion: .file())
  var path = "."

  @Argument(
    help: ArgumentHelp("Where it goes; a file's own name or the top if missing.", valueName: "path-in-repo"))
  var target: String?

  @Option(name: [.customLong("repo-type"), .customLong("type")], help: "model, dataset or space.")
  var kind: DownloadCommand.Kind?

  @Option(help: ArgumentHelp("Only files of the folder that match; may be repeated.", valueName: "pattern"))
  var include: [String] = []

  @Option(help: ArgumentHelp("No file of the folder that matches; may be repeated.", valueName: "pattern"))
  var exclude: [String] = []

  @Option(help: ArgumentHelp("Delete files there that match and are not here; may be repeated.", valueName: "pattern"))
  var delete: [String] = []

  @Flag(
    name: .customLong("safe-serialization"),
    help: "Convert PyTorch checkpoints of the folder (.bin) to safetensors on the way.")
  var converts = false

  @Option(help: ArgumentHelp("Insert this into the names of weights: model.fp16.safetensors.", valueName: "name"))
  var variant: String?

  @OptionGroup var push: PushRequestOptions
  @OptionGroup var style: OutputOptions

  var resumption: String? { "what has arrived in LFS stays there; run the same command again to go on" }

  func perform(in session: Session) async throws -> Report {
    let client = session.client(push.account, style)
    let upload = Upload(
      destination: try destination(), path: path, target: try target.flatMap(Self.target),
      selection: FileSelection(include: include.isEmpty ? nil : include, exclude: exclude), deleted: delete,
      weights: converts || variant != nil ? WeightOptions(safeSerialization: converts, variant: variant) : nil)
    return try await PushLine.during(session, style, client) { progress in
      let options = try push.options(progress)
      if push.isPlan { return PushReport.plan(try await upload.plan(client, options)) }
      return PushReport.pushed(try await upload.run(client, try push.message(upload.title), options))
    }
  }

  private func destination() throws -> PushDestination {
    // A kind in the name, or with it, is that of a repository on the hub.
    let isNamed = kind != nil || RepositoryID.Kind.allCases.contains { reference.beginsWithBytes($0.plural + "/") }
    return isNamed || reference.beginsWithBytes("hf://")
      ? .hub(try RepositoryReference(reference, kind: kind?.kind).repository) : try PushDestination(reference)
  }

  /// The place in the repository; `.` and `/` are its top.
  private static func target(_ text: String) throws -> RepositoryPath? {
    let words = text.pathComponents.filter { !$0.isEmpty && $0 != "." }
    return words.isEmpty ? nil : try RepositoryPath(words.joined(separator: "/"))
  }
}
