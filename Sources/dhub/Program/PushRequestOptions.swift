import ArgumentParser
import Hub
import HubGit
import HubModel

/// How a commit is pushed: the options that every pushing command has, spelled as in the `hf` command.
struct PushRequestOptions: ParsableArguments, Sendable {
  @Option(help: "The branch to commit to, made if it is missing, or refs/pr/N; the default branch if not given.")
  var revision: String?

  @Option(name: .customLong("commit-message"), help: ArgumentHelp("The title of the commit.", valueName: "text"))
  var message: String?

  @Option(name: .customLong("commit-description"), help: ArgumentHelp("The rest of its message.", valueName: "text"))
  var description: String?

  @Flag(name: .customLong("create-pr"), help: "Open a pull request; on a plain git server push to a branch of its own.")
  var createsPullRequest = false

  @Flag(inversion: .prefixedNo, help: "Whether a repository that this makes is private.")
  var `private`: Bool?

  @Option(help: "How to push: automatic, hub (its interface) or git (git's own protocol).")
  var transport = Transport.automatic

  @Option(help: ArgumentHelp("Whose commit it is, where git needs to know: 'Name <address>'.", valueName: "person"))
  var author: String?

  @Flag(name: .customLong("plan"), help: "Show the commit that would be made, and change nothing.")
  var isPlan = false

  @OptionGroup var account: AccountOptions

  /// The ways to push.
  enum Transport: String, ExpressibleByArgument, CaseIterable, Sendable {
    case automatic, hub, git

    /// The same as a value of the client.
    var transport: PushOptions.Transport {
      switch self {
      case .automatic: .automatic
      case .hub: .hub
      case .git: .git
      }
    }
  }

  func validate() throws {
    if let author { _ = try Self.person(author) }
  }

  /// The options of the client's call.
  func options(_ progress: (@Sendable (PushProgress) -> Void)?) throws -> PushOptions {
    PushOptions(
      token: try account.tokenRequest(),
      branch: try revision.map { name throws(HubError) in try Revision(name) },
      createsPullRequest: createsPullRequest, isPrivate: `private`, transport: transport.transport,
      author: try author.map(Self.person), progress: progress)
  }

  /// The commit's message; its title if none is given is `title`.
  func message(_ title: String) throws -> CommitMessage {
    try CommitMessage(message ?? title, description: description ?? "")
  }

  private static func person(_ text: String) throws -> GitSignature {
    guard let match = text.wholeMatch(of: /\s*([^<>]*[^<>\s])\s*<([^<>\s]+)>\s*/) else {
      throw ValidationError("--author is '\(printable(text, limit: 120))', not 'Name <address>'")
    }
    return GitSignature(name: String(match.1), email: String(match.2))
  }
}
