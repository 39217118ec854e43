import Foundation
import Synchronization

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
      let (queue, errand) = (lane == .shared ? shared : alone, Errand(work))
      queue.addOperation { continuation.resume(returning: errand.run()) }
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

  /// Work that is let go before anybody is told of its result: what it holds, such as a temporary directory, is gone in
  /// time even if the process ends at once.
  private final class Errand<Value: Sendable, Failure: Error>: Sendable {
    private let work: Mutex<(@Sendable () throws(Failure) -> Value)?>

    init(_ work: @escaping @Sendable () throws(Failure) -> Value) { self.work = Mutex(work) }

    func run() -> Result<Value, Failure> {
      // Run once, by the one operation that has it.
      guard let work = work.withLock({ $0.take() }) else { preconditionFailure("an errand that was run before") }
      return Result(catching: work)
    }
  }
}
