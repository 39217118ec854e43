import Foundation
public import Hub
public import HubCredentials
public import HubModel
public import Schedulers

extension Scheduler {
  /// Pushes the configuration to a repository (`push_to_hub`).
  ///
  /// ```swift
  /// let pushed = try await scheduler.pushToHub("me/my-scheduler", commitMessage: "Train it longer", isPrivate: true)
  /// pushed.url
  /// ```
  ///
  /// The repository is made if it is missing, and gets a model card if it has none. The same configuration again is no
  /// commit.
  ///
  /// - Parameters:
  ///   - repositoryID: `OWNER/NAME`; without an owner in the token's own namespace. Also the URL of a git repository, or the
  ///     path of one on this machine, or of a directory that gets the files.
  ///   - subfolder: The folder that gets the file; pipelines keep it in `scheduler`.
  ///   - commitMessage: The commit's title; "Upload scheduler" if there is none.
  ///   - commitDescription: The rest of the commit's message.
  ///   - isPrivate: Whether the repository is private, if it is made.
  ///   - token: Which token is sent.
  ///   - createPR: Whether the commit goes to a pull request. A plain git server knows none: there it goes to a branch of
  ///     its own, which the result names.
  ///   - revision: The branch; `nil` for `main`, or the default branch of a git server.
  ///   - safeSerialization: Whether weights are written as safetensors. A scheduler has none, so it makes no difference.
  ///   - variant: What the names of weights are marked with. It makes no difference either.
  ///   - options: What else can be said about a push; the parameters above come before what is in it.
  ///   - client: Which hub it goes to; that of the environment if none is given.
  /// - Returns: The commit, where it is, and what it changed.
  /// - Throws: As `HubClient.commit`.
  @discardableResult
  public func pushToHub(
    _ repositoryID: String, subfolder: String? = nil, commitMessage: String? = nil, commitDescription: String = "",
    isPrivate: Bool? = nil, token: TokenRequest = .automatic, createPR: Bool = false, revision: String? = nil,
    safeSerialization: Bool = true, variant: String? = nil, options: PushOptions = PushOptions(),
    client: HubClient = HubClient()
  ) async throws(HubError) -> PushedCommit {
    let options = try options.with(isPrivate: isPrivate, token: token, createPR: createPR, revision: revision)
    let message = try CommitMessage(commitMessage ?? Self.pushTitle, description: commitDescription)
    let destination = try await client.destination(repositoryID, options)
    return try await client.commit(
      try pushOperations(destination, subfolder: subfolder), to: destination, message: message, options: options)
  }

  /// What ``pushToHub(_:subfolder:commitMessage:commitDescription:isPrivate:token:createPR:revision:safeSerialization:variant:options:client:)``
  /// would change, without changing anything.
  public func pushPlan(
    _ repositoryID: String, subfolder: String? = nil, token: TokenRequest = .automatic, createPR: Bool = false,
    revision: String? = nil, options: PushOptions = PushOptions(), client: HubClient = HubClient()
  ) async throws(HubError) -> CommitPlan {
    let options = try options.with(isPrivate: nil, token: token, createPR: createPR, revision: revision)
    let destination = try await client.destination(repositoryID, options)
    return try await client.plan(
      try pushOperations(destination, subfolder: subfolder), to: destination, options: options)
  }

  /// Writes the configuration into a directory, and pushes it to a repository (`save_pretrained(push_to_hub=True)`).
  ///
  /// - Parameters:
  ///   - directory: Where; made if it is not there.
  ///   - pushToHub: Whether it is pushed.
  ///   - repositoryID: Where to; `nil` for the name of the directory, in the token's own namespace.
  /// - Returns: The path of the file, and the commit if there is one.
  /// - Throws: As ``savePretrained(to:)``, before anything is pushed, and as
  ///   ``pushToHub(_:subfolder:commitMessage:commitDescription:isPrivate:token:createPR:revision:safeSerialization:variant:options:client:)``,
  ///   where the other parameters are explained; the file stays.
  @discardableResult
  public func savePretrained(
    to directory: String, pushToHub: Bool, repositoryID: String? = nil, subfolder: String? = nil,
    commitMessage: String? = nil, commitDescription: String = "", isPrivate: Bool? = nil,
    token: TokenRequest = .automatic, createPR: Bool = false, revision: String? = nil, safeSerialization: Bool = true,
    variant: String? = nil, options: PushOptions = PushOptions(), client: HubClient = HubClient()
  ) async throws(HubError) -> SavedScheduler {
    let path = try savePretrained(to: directory)
    guard pushToHub else { return SavedScheduler(path: path, pushed: nil) }
    let options = try options.with(isPrivate: isPrivate, token: token, createPR: createPR, revision: revision)
    let message = try CommitMessage(commitMessage ?? Self.pushTitle, description: commitDescription)
    let destination: PushDestination
    if let repositoryID {
      destination = try await client.destination(repositoryID, options)
    } else {
      // The name is an id, never a path.
      let name = URL(filePath: directory).standardizedFileURL.lastPathComponent
      destination = .hub(try await client.qualified(RepositoryID(name), options: options.requests))
    }
    let pushed = try await client.commit(
      try pushOperations(destination, subfolder: subfolder), to: destination, message: message, options: options)
    return SavedScheduler(path: path, pushed: pushed)
  }

  /// The title of a commit that the caller does not name, as in `diffusers`.
  private static var pushTitle: String { "Upload scheduler" }

  private func pushOperations(
    _ destination: PushDestination, subfolder: String?
  ) throws(HubError) -> [CommitOperation] {
    let file = try RepositoryPath(SchedulerConfig.fileName, in: subfolder)
    let card = ModelCard(
      schedulerOf: config.className ?? className, in: destination.title, subfolder: file.folders.first?.text)
    return [
      .add(file, .bytes(config.encoded())),
      .addUnlessPresent(try RepositoryPath(ModelCard.fileName), .bytes(Array(card.text.utf8))),
    ]
  }
}

/// A scheduler that has been saved.
public struct SavedScheduler: Sendable {
  /// The path of its configuration.
  public let path: String
  /// The commit, if it was pushed.
  public let pushed: PushedCommit?
}

extension PushOptions {
  /// The options with the parameters of a call in their place.
  func with(
    isPrivate: Bool?, token: TokenRequest, createPR: Bool, revision: String?
  ) throws(HubError) -> PushOptions {
    var options = self
    if let isPrivate { options.isPrivate = isPrivate }
    if token != .automatic { options.token = token }
    if createPR { options.createsPullRequest = true }
    if let revision { options.branch = try Revision(revision) }
    return options
  }
}

extension HubClient {
  /// Where a text leads; an id without an owner is one of the token's own.
  func destination(_ text: String, _ options: PushOptions) async throws(HubError) -> PushDestination {
    let destination = try PushDestination(text)
    guard case .hub(let id) = destination else { return destination }
    return .hub(try await qualified(id, options: options.requests))
  }
}

extension PushDestination {
  /// What a model card calls the place: never a path of this machine.
  var title: String {
    switch self {
    case .hub(let id): id.name
    case .git, .directory:
      String(description.pathComponents.last { !$0.isEmpty } ?? "scheduler").replacing(/\.git$/, with: "")
    }
  }
}
