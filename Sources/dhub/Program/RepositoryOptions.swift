import ArgumentParser
import Hub
import HubModel

/// A repository on the hub, as an argument, and as whom to speak of it.
struct RepositoryOptions: ParsableArguments, Sendable {
  @Argument(help: ArgumentHelp("org/name, or datasets/org/name.", valueName: "repo"))
  var reference: String

  @Option(name: [.customLong("repo-type"), .customLong("type")], help: "model, dataset or space.")
  var kind: DownloadCommand.Kind?

  @OptionGroup var account: AccountOptions

  /// The repository; one without an owner is the account's own.
  func repository(_ client: HubClient) async throws -> RepositoryID {
    let reference = try RepositoryReference(reference, kind: kind?.kind)
    guard reference.revision == nil, reference.path == nil else {
      throw Failure.usage(
        "'\(printable(self.reference, limit: 120))' names a revision or a file; only a repository is.")
    }
    return try await client.qualified(reference.repository, options: try options)
  }

  /// The options of the client's calls.
  var options: DownloadOptions { get throws { DownloadOptions(token: try account.tokenRequest()) } }
}
