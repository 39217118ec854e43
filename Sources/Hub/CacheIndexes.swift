import CacheIndex
import HubCache
import HubModel
import Logging
import Synchronization

/// The indexes of the caches that a client uses: one for each, which opens its database when it is first asked.
final class CacheIndexes: Sendable {
  private let logger: Logger?
  private let made = Mutex<[CacheLayout: CacheIndex]>([:])

  init(logger: Logger?) { self.logger = logger }

  /// The index of a cache.
  func index(of layout: CacheLayout) -> CacheIndex {
    made.withLock { made in
      if let index = made[layout] { return index }
      let index = CacheIndex(layout) { [logger] in logger?.info("\($0)") }
      made[layout] = index
      return index
    }
  }
}
