import Foundation

/// The threads on which libgit2 and the disk are waited for, so that Swift's own few threads never are.
public enum GitThreads {
  /// Which work waits for which.
  public enum Lane: Sendable {
    /// At most sixteen pieces of work at once.
    case shared
    /// One after the other: work that needs much memory.
    case alone
  }

  /// Runs `work` on one of the threads and waits for it without blocking.
  ///
  /// Work is finished even if the task is cancelled: it is bounded by limits, not by interruption.
  ///
  /// - Throws: What `work` throws.
  public static func run<Value: Sendable, Failure: Error>(
    _ lane: Lane = .shared, _ work: @escaping @Sendable () throws(Failure) -> Value
  ) async throws(Failure) -> Value {
    let result: Result<Value, Failure> = await withCheckedContinuation { continuation in
      let queue = lane == .shared ? shared : alone
      queue.addOperation { continuation.resume(returning: Result(catching: work)) }
    }
    return try result.get()
  }

  private static let shared = queue(16)
  private static let alone = queue(1)

  private static func queue(_ count: Int) -> OperationQueue {
    let queue = OperationQueue()
    queue.name = "HubGit"
    queue.maxConcurrentOperationCount = count
    return queue
  }
}
