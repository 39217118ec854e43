import ArgumentParser
import Hub
import HubModel
import PythonJSON

/// What a name in a repository stands for.
protocol ReferenceKind {
  /// `branch` or `tag`.
  static var word: String { get }
  /// What deleting one does.
  static var deletion: String { get }
  static func delete(_ name: String, of id: RepositoryID, _ client: HubClient, _ options: DownloadOptions) async throws
}

enum BranchKind: ReferenceKind {
  static let word = "branch"
  static let deletion = "Delete a branch; its commits may be lost."

  static func delete(_ name: String, of id: RepositoryID, _ client: HubClient, _ options: DownloadOptions) async throws
  {
    try await client.deleteBranch(name, of: id, options: options)
  }
}

enum TagKind: ReferenceKind {
  static let word = "tag"
  static let deletion = "Delete a tag."

  static func delete(_ name: String, of id: RepositoryID, _ client: HubClient, _ options: DownloadOptions) async throws
  {
    try await client.deleteTag(name, of: id, options: options)
  }
}

extension ReferenceKind {
  /// What has become of the branch or the tag.
  static func report(_ id: RepositoryID, _ name: String, _ words: String) -> Report {
    Report(
      json: [word: .string(name), "repo_type": .string(id.kind.rawValue), "repo_id": .string(id.name)],
      text: "\(words) '\(printable(name))' of \(id)")
  }
}

struct DeleteReferenceCommand<Kind: ReferenceKind>: Subcommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(commandName: "delete", abstract: Kind.deletion)
  }

  @OptionGroup var target: RepositoryOptions

  @Argument(help: ArgumentHelp("The \(Kind.word)'s name.", valueName: Kind.word))
  var name: String

  @OptionGroup var style: OutputOptions

  func perform(in session: Session) async throws -> Report {
    let client = session.client(target.account, style)
    let id = try await target.repository(client)
    try await Kind.delete(name, of: id, client, try target.options)
    return Kind.report(id, name, "Deleted the \(Kind.word)")
  }
}
