import Foundation
import GRDB
import HubCache
import HubModel
import Synchronization

/// The database: opened late, healed when it is damaged, given up without a word where it cannot be had.
final class IndexStore: Sendable {
  private enum State {
    case unopened
    case open(DatabaseQueue)
    /// Not in this process: no right to it, no space, or made by a newer version.
    case unusable
  }

  let path: String
  private let layout: CacheLayout
  private let warn: @Sendable (String) -> Void
  private let state = Mutex<State>(.unopened)
  private let hasWarned = Mutex(false)
  /// Until when nothing is tried, after another process has held the database.
  private let pause = Mutex<ContinuousClock.Instant?>(nil)

  init(_ layout: CacheLayout, warn: @escaping @Sendable (String) -> Void) {
    self.layout = layout
    self.warn = warn
    path = layout.locks + "/.dhub/index.sqlite"
  }

  /// What to do with the database.
  enum Purpose {
    /// To look something up; a database that is not there is not made.
    case reading
    /// To leave a hint, which is not worth waiting for.
    case hinting
    /// To bring it up to date, which is worth waiting for.
    case rebuilding
  }

  /// What `body` makes of the database, or `nil` if there is none that can be used.
  ///
  /// A damaged one is replaced by an empty one, on which `body` is run again.
  @discardableResult
  func perform<Value>(_ purpose: Purpose, _ body: (Database) throws -> Value) -> Value? {
    if case .hinting = purpose, let until = pause.withLock(\.self), until > .now { return nil }
    for _ in 0..<2 {
      guard let queue = opened(for: purpose) else { return nil }
      do {
        return try run(purpose, in: queue, body)
      } catch {
        switch IndexFailure(error) {
        case .busy:
          pause.withLock { $0 = .now + .seconds(2) }
          return nil
        case .damaged: replace(queue)
        case .unusable:
          state.withLock { $0 = .unusable }
          return nil
        }
      }
    }
    state.withLock { $0 = .unusable }
    return nil
  }

  private func run<Value>(
    _ purpose: Purpose, in queue: DatabaseQueue, _ body: (Database) throws -> Value
  ) throws -> Value {
    switch purpose {
    case .reading: try queue.writeWithoutTransaction(body)
    case .hinting: try queue.write(body)
    case .rebuilding:
      try queue.writeWithoutTransaction { database in
        try database.execute(sql: "PRAGMA busy_timeout = 5000")
        var value: Value?
        try database.inTransaction(.immediate) {
          value = try body(database)
          return .commit
        }
        try database.execute(sql: "PRAGMA busy_timeout = \(IndexSchema.patience)")
        // The transaction has run the body, or thrown.
        return value!
      }
    }
  }

  func close() {
    let queue = state.withLock { state -> DatabaseQueue? in
      guard case .open(let queue) = state else { return nil }
      state = .unopened
      return queue
    }
    // Cleanup: a connection that cannot be closed goes with its owner.
    try? queue?.close()
  }

  /// Throws the database away.
  func discard() {
    close()
    state.withLock { state in
      if case .unusable = state { return }
      state = removeFiles() ? .unopened : .unusable
    }
  }

  /// Throws a damaged database away, unless another task has done so already.
  private func replace(_ queue: DatabaseQueue) {
    let isCurrent = state.withLock { if case .open(let current) = $0 { current === queue } else { false } }
    guard isCurrent else { return }
    reportDamage()
    discard()
  }

  private func reportDamage() {
    let isFirst = hasWarned.withLock { hasWarned in
      defer { hasWarned = true }
      return !hasWarned
    }
    if isFirst {
      warn("the index of the cache '\(printable(layout.root))' was damaged; it is made anew from the files")
    }
  }

  private func removeFiles() -> Bool {
    do throws(HubError) {
      for suffix in ["", "-wal", "-shm", "-journal"] { try Disk.remove(path + suffix) }
      return true
    } catch {
      return false
    }
  }

  // MARK: Opening

  private func opened(for purpose: Purpose) -> DatabaseQueue? {
    state.withLock { state in
      switch state {
      case .open(let queue): return queue
      case .unusable: return nil
      case .unopened: break
      }
      switch Result(catching: { try open(for: purpose) }) {
      case .success(let queue?):
        state = .open(queue)
        return queue
      case .success(nil): return nil
      case .failure(let error):
        if IndexFailure(error) != .busy { state = .unusable }
        return nil
      }
    }
  }

  /// - Returns: `nil` if there is no database, and none is to be made.
  private func open(for purpose: Purpose) throws -> DatabaseQueue? {
    if let link = try Disk.link(on: path, below: layout.root) {
      throw HubError(.cache(path: link, reason: "a symbolic link is not followed"))
    }
    switch try Disk.status(path)?.kind {
    case .file: break
    case nil:
      if case .reading = purpose { return nil }
      try Disk.makeDirectory(Disk.folder(of: path))
      // A log without its database belongs to another one.
      _ = removeFiles()
    default:
      // A pipe would never answer, and a link is somebody else's file.
      reportDamage()
      guard removeFiles() else { return nil }
    }
    do {
      return try IndexSchema.open(path)
    } catch  where IndexFailure(error) == .damaged {
      reportDamage()
      guard removeFiles() else { return nil }
      return try IndexSchema.open(path)
    }
  }
}

/// What a failure of the database means for its use.
enum IndexFailure: Equatable {
  case busy, damaged, unusable

  init(_ error: any Error) {
    guard let error = error as? DatabaseError else {
      self = .unusable
      return
    }
    switch error.resultCode {
    case .SQLITE_BUSY, .SQLITE_LOCKED: self = .busy
    // No such table, a row that breaks a rule that held when it was written, a file that is too short.
    case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_ERROR, .SQLITE_CONSTRAINT, .SQLITE_MISMATCH, .SQLITE_FORMAT:
      self = .damaged
    case .SQLITE_IOERR where error.extendedResultCode == .SQLITE_IOERR_SHORT_READ: self = .damaged
    default: self = .unusable
    }
  }
}
