internal import CProcess
import Foundation
import HubModel
import Synchronization

/// A program that runs beside the server, with its descendants in a process group of its own.
///
/// It has the file descriptors that it is given as 0, 1, 2 and so on, and none besides. A thread of its own waits for
/// it, so that it is no zombie and Swift's threads are not held. The last owner kills it.
final class ChildProcess: Sendable {
  private struct State {
    /// How it ended; `nil` while it runs, and as long as its number cannot be another's.
    var status: Int32?
    var waiting: [CheckedContinuation<Int32, Never>] = []
  }

  private let identifier: pid_t
  private let end: Ended

  /// Apart from the process, so that the thread that waits for the end does not own it.
  private final class Ended: Sendable {
    let state = Mutex(State())
  }

  /// Starts `path` without a shell.
  ///
  /// - Parameter descriptors: What it has as 0, 1, 2 …; they stay the caller's.
  /// - Throws: `system` with what posix_spawn(3) says.
  init(
    _ path: String, _ arguments: [String], environment: [String: String], descriptors: [Int32]
  ) throws(HubError) {
    let pairs = environment.map { "\($0)=\($1)" }
    let (result, started) = Self.spawn(path, [path] + arguments, pairs, descriptors)
    guard result == 0 else { throw HubError(.system(call: "posix_spawn", path: path, errno: result)) }
    identifier = started
    end = Ended()
    Thread.detachNewThread { [end] in Self.wait(for: started, end) }
  }

  deinit { kill() }

  /// The exit status, or the number of the signal that ended it plus 128.
  func ended() async -> Int32 {
    await withCheckedContinuation { continuation in
      let status: Int32? = end.state.withLock { state in
        if state.status == nil { state.waiting.append(continuation) }
        return state.status
      }
      if let status { continuation.resume(returning: status) }
    }
  }

  /// Ends the program and its descendants, unless it has ended.
  func kill() {
    end.state.withLock { state in
      // With the lock held the number still is its own: it is given back below, under the same lock.
      if state.status == nil { _ = Foundation.kill(-identifier, SIGKILL) }
    }
  }

  /// Bounds what the program, and what it starts from now on, may use.
  ///
  /// - Parameters:
  ///   - memory: Bytes of data; files that are mapped do not count.
  ///   - seconds: Of processor time, for each process.
  func limit(memory: Int, seconds: Int) {
    process_limit(identifier, rlim_t(memory), rlim_t(seconds))
  }

  private static func wait(for identifier: pid_t, _ ended: Ended) {
    var information = siginfo_t()
    // Leaves the process a zombie, so that its number stays its own until the lock is held.
    while waitid(P_PID, id_t(identifier), &information, WEXITED | WNOWAIT) != 0 && errno == EINTR {}
    let (status, waiting) = ended.state.withLock { state in
      var status: Int32 = 0
      while waitpid(identifier, &status, 0) < 0 && errno == EINTR {}
      let signal = status & 0x7F
      let code = signal == 0 ? (status >> 8) & 0xFF : 128 + signal
      state.status = code
      defer { state.waiting = [] }
      return (code, state.waiting)
    }
    for continuation in waiting { continuation.resume(returning: status) }
  }

  private static func spawn(
    _ path: String, _ arguments: [String], _ environment: [String], _ descriptors: [Int32]
  ) -> (result: Int32, pid_t) {
    #if os(macOS)
      var (actions, attributes): (posix_spawn_file_actions_t?, posix_spawnattr_t?) = (nil, nil)
    #else
      var (actions, attributes) = (posix_spawn_file_actions_t(), posix_spawnattr_t())
    #endif
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    for (number, descriptor) in descriptors.enumerated() {
      posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(number))
    }
    process_close_from(&actions, Int32(descriptors.count))
    var flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK
    #if os(macOS)
      flags |= POSIX_SPAWN_CLOEXEC_DEFAULT
    #endif
    // The server ignores SIGPIPE; a program must be ended by it when nobody reads any more.
    var (all, none) = (sigset_t(), sigset_t())
    sigfillset(&all)
    sigemptyset(&none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(flags))
    return withArray(arguments) { arguments in
      withArray(environment) { environment in
        var identifier: pid_t = 0
        let result = posix_spawn(&identifier, path, &actions, &attributes, arguments, environment)
        return (result, identifier)
      }
    }
  }

  /// Calls `body` with `texts` as C has them, a null pointer at their end.
  private static func withArray<Value>(
    _ texts: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Value
  ) -> Value {
    let copies: [UnsafeMutablePointer<CChar>?] = texts.map { strdup($0) } + [nil]
    defer { for copy in copies { free(copy) } }
    // An array with an element has a base address.
    return copies.withUnsafeBufferPointer { body($0.baseAddress!) }
  }
}
