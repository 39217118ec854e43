public import Checkpoints
public import HubModel

/// Commits: any change to any files of a repository.
extension HubClient {
  /// What a commit would change, without changing anything (`--plan`).
  ///
  /// - Throws: As ``commit(_:to:message:options:)``, but for what only the commit itself would show.
  public func plan(
    _ operations: [CommitOperation], to destination: PushDestination, options: PushOptions = PushOptions()
  ) async throws(HubError) -> CommitPlan {
    try await plan(PushRequest(operations, options: options), destination, options)
  }

  /// Commits `operations` in one commit, or none if there is nothing to change (`create_commit`).
  ///
  /// Large files are stored first; the commit follows as one step that is seen whole or not at all. If others have
  /// committed meanwhile it is made on top of theirs, unless they touched the same paths.
  ///
  /// ```swift
  /// let plan = try await client.plan(operations, to: .hub(id))
  /// print(plan.text)
  /// let pushed = try await client.commit(operations, to: .hub(id), message: CommitMessage("Add the weights"))
  /// ```
  ///
  /// - Parameters:
  ///   - operations: What to change.
  ///   - destination: Where.
  ///   - message: What the commit says about itself.
  ///   - options: How.
  /// - Throws: `conflict` that names the paths that somebody else has changed, and for a file here that changes while it is
  ///   sent; `unauthorized`, `forbidden`, `repositoryNotFound` and the other refusals of a hub, with its words;
  ///   `uncertain` if a pull request may have been opened; `entryNotFound` for a deletion of what is not there; `network`,
  ///   `timeout`, `offline`. The remote is unchanged then, but for objects in LFS storage that nothing refers to.
  @discardableResult
  public func commit(
    _ operations: [CommitOperation], to destination: PushDestination, message: CommitMessage,
    options: PushOptions = PushOptions()
  ) async throws(HubError) -> PushedCommit {
    try await push(PushRequest(operations, options: options), destination, message, options)
  }

  /// Commits the files of a directory (`upload_folder`).
  ///
  /// `.git` and `.cache/huggingface` are left out. A link to a file counts as the file.
  ///
  /// - Parameters:
  ///   - folder: The directory.
  ///   - destination: Where.
  ///   - target: The directory in the repository; `nil` for its root.
  ///   - selection: Which files, by their paths in `folder` (`allow_patterns`, `ignore_patterns`).
  ///   - patterns: Files of the repository to delete in the same commit, by their paths in `target` (`delete_patterns`);
  ///     those that are pushed stay.
  ///   - weights: How weights are pushed: converted to safetensors, under names with a variant; `nil` for all files as they
  ///     are. What is converted is in a temporary directory meanwhile.
  ///   - message: What the commit says about itself.
  ///   - options: How.
  /// - Throws: As ``commit(_:to:message:options:)``; `invalidArgument` and `unsafePath` for what cannot be in a repository;
  ///   `unsafeCheckpoint` and `checkpoint` for weights that cannot be converted.
  @discardableResult
  public func upload(
    folder: String, to destination: PushDestination, at target: RepositoryPath? = nil,
    selection: FileSelection = FileSelection(), deleting patterns: [String] = [], weights: WeightOptions? = nil,
    message: CommitMessage, options: PushOptions = PushOptions()
  ) async throws(HubError) -> PushedCommit {
    let contents = try await PushedFolder(folder, selection, weights)
    // What was converted must stay until it is pushed.
    defer { withExtendedLifetime(contents) {} }
    let request = PushRequest(
      try contents.operations(at: target), deleting: patterns, below: target, options: options)
    return try await push(request, destination, message, options)
  }

  /// What ``upload(folder:to:at:selection:deleting:weights:message:options:)`` would change.
  public func uploadPlan(
    folder: String, to destination: PushDestination, at target: RepositoryPath? = nil,
    selection: FileSelection = FileSelection(), deleting patterns: [String] = [], weights: WeightOptions? = nil,
    options: PushOptions = PushOptions()
  ) async throws(HubError) -> CommitPlan {
    let contents = try await PushedFolder(folder, selection, weights)
    // What was converted must stay until it is pushed.
    defer { withExtendedLifetime(contents) {} }
    let request = PushRequest(
      try contents.operations(at: target), deleting: patterns, below: target, options: options)
    return try await plan(request, destination, options)
  }

  /// Commits one file (`upload_file`).
  ///
  /// - Throws: As ``commit(_:to:message:options:)``.
  @discardableResult
  public func upload(
    file: String, to destination: PushDestination, at path: RepositoryPath, message: CommitMessage,
    options: PushOptions = PushOptions()
  ) async throws(HubError) -> PushedCommit {
    try await commit([.add(path, .file(file))], to: destination, message: message, options: options)
  }

  /// What ``upload(file:to:at:message:options:)`` would change.
  public func uploadPlan(
    file: String, to destination: PushDestination, at path: RepositoryPath, options: PushOptions = PushOptions()
  ) async throws(HubError) -> CommitPlan {
    try await plan([.add(path, .file(file))], to: destination, options: options)
  }

  private func plan(
    _ request: PushRequest, _ destination: PushDestination, _ options: PushOptions
  ) async throws(HubError) -> CommitPlan {
    func plan(_ transport: some PushTransport) async throws(HubError) -> CommitPlan {
      try await Push(transport: transport, request: request).plan()
    }
    return try await plan(try await transport(to: destination, options, title: nil))
  }

  private func push(
    _ request: PushRequest, _ destination: PushDestination, _ message: CommitMessage, _ options: PushOptions
  ) async throws(HubError) -> PushedCommit {
    func push(_ transport: some PushTransport) async throws(HubError) -> PushedCommit {
      try await Push(transport: transport, request: request).run(message)
    }
    return try await push(try await transport(to: destination, options, title: message.title))
  }
}
