public import Hub
public import Schedulers

/// A scheduler, with where it came from and what became of its configuration's keys.
public struct LoadedScheduler<Loaded: Scheduler>: Sendable {
  /// The scheduler.
  public let scheduler: Loaded
  /// Where its configuration came from.
  public let source: SchedulerSource

  /// The keys that the class does not know; they are kept and written back (`return_unused_kwargs`).
  public var unusedKeys: [String] { scheduler.unusedKeys }

  /// Which keys were missing, and which were not expected (`output_loading_info`).
  public var loadingInfo: SchedulerLoadingInfo { scheduler.loadingInfo }
}

/// Where a scheduler's configuration came from.
public enum SchedulerSource: Sendable {
  /// A file of a directory, by its path.
  case file(String)
  /// A file of a repository: its commit, its path here, and whether it was fetched just now.
  case repository(DownloadedFile)
}
