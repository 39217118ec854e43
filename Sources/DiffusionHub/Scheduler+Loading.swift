public import Hub
import HubCache
import HubModel
public import Schedulers

extension Scheduler {
  /// Loads a scheduler by a repository's id, or from a directory (`from_pretrained`).
  ///
  /// ```swift
  /// let scheduler = try await EulerDiscreteScheduler.fromPretrained("org/model", subfolder: "scheduler")
  /// let whichever = try await AnyScheduler.fromPretrained("./saved")
  /// ```
  ///
  /// A class takes the configuration of any other, as in `diffusers`; ``AnyScheduler`` takes the class that it names.
  ///
  /// - Parameters:
  ///   - source: A repository id such as `stabilityai/sdxl-turbo`, or the path of a directory.
  ///   - subfolder: The folder in it that has the file; pipelines keep it in `scheduler`.
  ///   - revision: A branch, a tag, a full commit or `refs/pr/N`; it means nothing for a directory.
  ///   - overrides: Values that take the place of the configuration's.
  ///   - options: How the file is fetched.
  ///   - client: Which hub is asked; that of the environment if none is given.
  /// - Throws: `HubError` if the file cannot be had; `SchedulerError` if it is no configuration of a scheduler, naming the
  ///   key, its value and what is allowed.
  public static func fromPretrained(
    _ source: String, subfolder: String? = nil, revision: String = "main", overrides: SchedulerConfig = [:],
    options: DownloadOptions = DownloadOptions(), client: HubClient = HubClient()
  ) async throws -> Self {
    try await load(
      from: source, subfolder: subfolder, revision: revision, overrides: overrides, options: options, client: client
    ).scheduler
  }

  /// Loads a scheduler, and says where it came from and which keys were unused or missing.
  ///
  /// The parameters and errors are those of ``fromPretrained(_:subfolder:revision:overrides:options:client:)``.
  public static func load(
    from source: String, subfolder: String? = nil, revision: String = "main", overrides: SchedulerConfig = [:],
    options: DownloadOptions = DownloadOptions(), client: HubClient = HubClient()
  ) async throws -> LoadedScheduler<Self> {
    let file = try await ConfigurationFile(
      in: PretrainedSource(source), subfolder: subfolder, revision: Revision(revision), options: options,
      client: client)
    let config = try SchedulerConfig(json: file.bytes, source: file.name)
    return LoadedScheduler(scheduler: try Self(config: config.merging(overrides)), source: file.source)
  }
}
