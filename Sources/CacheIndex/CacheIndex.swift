public import HubCache
public import HubModel
import PythonJSON
import Synchronization

// # CacheIndex: what is in the cache, at once
//
//     ROOT/.locks/.dhub/index.sqlite        repositories, refs, commits, files, contents, lengths, last use, and the
//                                           class and values of every scheduler's configuration
//
// Listing a thousand repositories by looking at every name takes a second from a cold disk, and finding all schedulers
// with `beta_schedule: "linear"` means reading every configuration. A database answers both at once.
//
// ## Why it is never the truth
//
// The cache is shared: Python's client fetches into it and deletes from it without knowing of any index, users move and
// copy it, disks fill up in the middle of a write. Whatever a database says about it may have been true yesterday. So the
// files decide, always:
//
// - What is *asked of the cache* (is this file here, is its content right) is never asked here, with one exception:
//   ``size(of:in:)`` says how long a large content should be, and where the file disagrees its hash decides.
// - What is *listed* is compared with the folders first: a repository whose folders have changed since it was recorded
//   is looked at again, a new one is added, one that is gone is dropped. That costs three calls of stat(2) for each.
// - What is *recorded* by a download is a hint. It may be lost, as it is when another process writes at that moment.
//
// Therefore it may be absent, locked, damaged, on a read-only disk, or of a newer version, and that costs speed and nothing
// else. No call throws. Damaged, it is thrown away with one warning and made anew from the files; made by a newer
// version, it is left alone; where it cannot be written, every question is answered from the files.
//
// ## Where it is
//
// In the cache, so that nothing is created anywhere else and it goes when the cache goes; below `.locks`, because that is
// the one folder which every version of Python's client skips when it lists a cache.
//
// ## How it is written
//
// One connection, opened with the first question; a write-ahead log without a sync for each transaction, as a hint that is
// lost in a power failure is no loss; a tenth of a second of patience with other writers. Strings from strangers are
// bound, never part of a statement, and no value read back is believed to be of its column's type.

/// The index of a cache: derived, rebuildable, never the truth.
public final class CacheIndex: Sendable {
  /// The cache.
  public let layout: CacheLayout
  let store: IndexStore
  /// What has been given out lately, so that a program which asks again and again asks the database once.
  let touched = Mutex<[String: ContinuousClock.Instant]>([:])

  /// The index of the cache at `layout`; nothing is opened or made before it is needed.
  ///
  /// - Parameter warn: Told, at most once, that the index was damaged and is made anew.
  public init(_ layout: CacheLayout, warn: @escaping @Sendable (String) -> Void = { _ in }) {
    self.layout = layout
    store = IndexStore(layout, warn: warn)
  }

  /// Where the database is.
  public var path: String { store.path }

  /// Closes the database; the next call opens it again.
  public func close() { store.close() }

  /// Throws the index away and makes it anew from the files.
  ///
  /// - Returns: What is in the cache.
  /// - Throws: What the disk says of the cache; never anything about the index.
  @discardableResult
  public func rebuild() throws(HubError) -> CacheScan {
    let stamps = try stamps()
    let scan = try CacheScan(layout)
    store.discard()
    rebuild(from: scan, stamps)
    return scan
  }
}
