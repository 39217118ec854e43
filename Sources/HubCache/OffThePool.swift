import Foundation
package import HubModel

/// Runs blocking work, such as waiting for a disk, on a thread that no other task waits for.
package func offThePool<Value: Sendable>(
  _ work: @escaping @Sendable () throws(HubError) -> Value
) async throws(HubError) -> Value {
  let result = await withCheckedContinuation { (continuation: CheckedContinuation<Result<Value, HubError>, Never>) in
    DispatchQueue.global().async {
      continuation.resume(returning: Result { () throws(HubError) in try work() })
    }
  }
  return try result.get()
}
