import Foundation
import HubCache
import HubModel
import Synchronization
import TestSupport
import Testing

@Suite struct FileLockTests {
  final class Counter: Sendable {
    private let value = Mutex(0)

    @discardableResult
    func add(_ number: Int) -> Int {
      value.withLock {
        $0 += number
        return $0
      }
    }
  }

  let directory: TemporaryDirectory
  var path: String { directory.appending("locks/a.lock") }

  init() throws { directory = try TemporaryDirectory() }

  @Test func `one holder at a time, in one process too`() throws {
    do {
      let lock = try #require(try FileLock.attempt(path))
      #expect(try FileLock.attempt(path) == nil)
      withExtendedLifetime(lock) {}
    }
    #expect(try FileLock.attempt(path) != nil)
    // Others may be waiting for it.
    #expect(FileManager.default.fileExists(atPath: path))
  }

  @Test func `the users of a group share locks, whatever the umask`() throws {
    let old = umask(0o077)
    defer { umask(old) }
    _ = try FileLock.attempt(path)
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o664)
  }

  @Test(arguments: ["directory", "link", "dangling link", "pipe"])
  func `what is no file is an error, and what a link names is untouched`(kind: String) throws {
    let precious = try directory.write(Array("precious".utf8), to: "precious")
    try directory.write([], to: "locks/other")
    switch kind {
    case "directory": try directory.write([], to: "locks/a.lock/inside")
    case "link": try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: precious)
    case "dangling link": try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "new")
    default: #expect(mkfifo(path, 0o644) == 0)
    }
    let before = try directory.listing()
    let error = #expect(throws: HubError.self) { try FileLock.attempt(path) }
    #expect(error?.code == .cache && error?.description.contains(path) == true)
    #expect(try directory.read("precious") == Array("precious".utf8))
    #expect(try directory.listing() == before)
  }

  @Test func `a holder that shows no life is given up on, with its name`() async throws {
    let lock = try #require(try FileLock.attempt(path))
    let waits = Mutex(0)
    let error = await #expect(throws: HubError.self) {
      try await FileLock.wait(path, patience: 0.1, waiting: { waits.withLock { $0 += 1 } })
    }
    #expect(error?.code == .lockTimeout && error?.description.contains(path) == true)
    #expect(waits.withLock(\.self) == 1)
    withExtendedLifetime(lock) {}
  }

  @Test func `a holder that gets on with its work is waited for`() async throws {
    let lock = Mutex<FileLock?>(try FileLock.attempt(path))
    let looks = Mutex<Int64>(0)
    // Each look sees more bytes; many times the patience goes by before the holder is done.
    let won = try await FileLock.wait(
      path, patience: 0.15,
      signOfLife: {
        looks.withLock { looks in
          looks += 1
          if looks == 12 { lock.withLock { $0 = nil } }
          return looks
        }
      })
    withExtendedLifetime(won) {}
    #expect(looks.withLock(\.self) >= 12)
  }

  @Test func `waiting can be cancelled`() async throws {
    let lock = try #require(try FileLock.attempt(path))
    let path = path
    let task = Task { () -> HubError.Code? in
      do throws(HubError) {
        _ = try await FileLock.wait(path)
        return nil
      } catch {
        return error.code
      }
    }
    task.cancel()
    #expect(await task.value == .cancelled)
    withExtendedLifetime(lock) {}
  }

  @Test func `of many that wait each gets its turn, and never two at once`() async throws {
    let (inside, path) = (Counter(), path)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<16 {
        group.addTask {
          let lock = try await FileLock.wait(path)
          #expect(inside.add(1) == 1)
          await Task.yield()
          inside.add(-1)
          withExtendedLifetime(lock) {}
        }
      }
      try await group.waitForAll()
    }
  }
}
