public import Scheduling

/// A scheduler whose samples are tokens: it makes runs of their own form, and none of continuous samples.
public protocol TokenScheduler: Scheduler {
  /// A run under way.
  associatedtype TokenRun: Sendable, Hashable, Codable

  /// A run.
  ///
  /// - Throws: `SchedulerError` with the code `argument` for anything but a number of steps that the class takes.
  func tokenSampler(_ run: RunRequest) throws(SchedulerError) -> TokenRun
}

extension TokenScheduler {
  /// There are no runs of continuous samples; always throws.
  public func sampler(_ run: RunRequest) throws(SchedulerError) -> Sampler {
    _ = try tokenSampler(run)
    throw SchedulerError(.argument, "\(className)'s samples are tokens", "make its runs with tokenSampler")
  }

  /// Tokens have no level of noise; always throws.
  public func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel {
    throw .argument("the timestep", timestep, wants: "one with a level", "\(className)'s noise is that of tokens")
  }
}
