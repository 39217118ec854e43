import Foundation
public import HubModel

/// The threads on which libgit2 and the disk are waited for, so that Swift's own few threads never are.
public enum GitThreads {
  /// Runs `work` on one of them and waits without blocking.
  ///
  /// At most sixteen pieces of work run at once; the others wait their turn. Work that has begun is finished even if the
  /// task is cancelled: it is bounded by limits, not by interruption.
  ///
  /// - Throws: What `work` throws; `cancelled` if the task was cancelled before its turn came.
  public static func run<Value: Sendable>(
    _ work: @escaping @Sendable () throws(HubError) -> Value
  ) async throws(HubError) -> Value {
    guard !Task.isCancelled else { throw HubError(.cancelled) }
    let result: Result<Value, HubError> = await withCheckedContinuation { continuation in
      queue.addOperation { continuation.resume(returning: Result(catching: work)) }
    }
    return try result.get()
  }

  private static let queue: OperationQueue = {
    let queue = OperationQueue()
    queue.name = "HubGit"
    queue.maxConcurrentOperationCount = 16
    return queue
  }()
}
