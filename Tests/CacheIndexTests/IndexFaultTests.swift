import CacheIndex
import Foundation
import HubCache
import HubModel
import TestSupport
import Testing

/// Whatever happens to the index, it costs speed and nothing else.
@Suite struct IndexFaultTests {
  /// A cache whose index knows all of it and is closed.
  func closedCache() throws -> IndexedCache {
    let cache = try IndexedCache.filled()
    try cache.expectFilled()
    cache.index.close()
    return cache
  }

  static let harms: [(name: String, warnings: Int, harm: @Sendable (_ path: String, _ bytes: [UInt8]) throws -> Void)] =
    [
      ("deleted", 0, { path, _ in try FileManager.default.removeItem(atPath: path) }),
      ("empty", 0, { path, _ in try Data().write(to: URL(filePath: path)) }),
      (
        "text", 1,
        { path, _ in try Data("not a database, but long enough to be read as one".utf8).write(to: URL(filePath: path)) }
      ),
      ("header only", 1, { path, bytes in try Data(bytes.prefix(100)).write(to: URL(filePath: path)) }),
      ("half", 1, { path, bytes in try Data(bytes.prefix(bytes.count / 2)).write(to: URL(filePath: path)) }),
      (
        "first page zero", 1,
        { path, bytes in
          try Data(Array(repeating: 0, count: 4096) + bytes.dropFirst(4096)).write(to: URL(filePath: path))
        }
      ),
      (
        "all but the first page zero", 1,
        { path, bytes in
          try Data(bytes.prefix(4096) + Array(repeating: 0, count: bytes.count - 4096)).write(to: URL(filePath: path))
        }
      ),
      (
        "directory", 1,
        { path, _ in
          try FileManager.default.removeItem(atPath: path)
          try FileManager.default.createDirectory(atPath: path + "/x", withIntermediateDirectories: true)
        }
      ),
      (
        "pipe", 1,
        { path, _ in
          try FileManager.default.removeItem(atPath: path)
          #expect(mkfifo(path, 0o644) == 0)
        }
      ),
      (
        "link to a device", 1,
        { path, _ in
          try FileManager.default.removeItem(atPath: path)
          try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/dev/zero")
        }
      ),
      (
        "foreign log", 0,
        { path, _ in try Data(Array(repeating: 7, count: 9000)).write(to: URL(filePath: path + "-wal")) }
      ),
      (
        "foreign shared memory", 0,
        { path, _ in
          try Data(Array(repeating: 7, count: 32768)).write(to: URL(filePath: path + "-shm"))
        }
      ),
    ]

  @Test(arguments: harms.indices) func `a damaged index is made anew, with one warning`(row: Int) throws {
    let (name, warnings, harm) = Self.harms[row]
    let cache = try closedCache()
    try harm(cache.index.path, [UInt8](Data(contentsOf: URL(filePath: cache.index.path))))
    let (repository, commit) = (try RepositoryID("org/model"), try #require(CommitID(IndexedCache.commit)))
    let (file, etag) = (try RepositoryPath("x"), ETag.gitBlob(IndexedCache.commit))
    cache.index.record(file, at: commit, etag, size: 7, in: repository)
    #expect(cache.index.size(of: etag, in: repository) == 7, "\(name)")
    try cache.expectFilled("\(name)")
    try cache.expectFilled("\(name), again")
    #expect(cache.warnings.count == warnings, "\(name): \(cache.warnings.all)")
  }

  @Test func `no bit of the index can make a call fail`() throws {
    let cache = try closedCache()
    let bytes = try [UInt8](Data(contentsOf: URL(filePath: cache.index.path)))
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<100 {
      let bit = Int.random(in: 0..<(bytes.count * 8), using: &generator)
      var damaged = bytes
      damaged[bit / 8] ^= 1 << (bit % 8)
      try Data(damaged).write(to: URL(filePath: cache.index.path))
      let found = try cache.index.repositories()
      // A wrong row that no check sees is possible; a repository that is not there is not.
      #expect(found.allSatisfy { ["org/model", "org/other"].contains($0.id.name) }, "bit \(bit)")
      _ = try cache.index.schedulers()
      _ = cache.index.size(of: .gitBlob(IndexedCache.commit), in: try RepositoryID("org/model"))
      cache.index.touch(
        try RepositoryPath("README.md"), at: CommitID(IndexedCache.commit)!, in: try RepositoryID("org/other"))
      try cache.index.rebuild()
      try cache.expectFilled("after bit \(bit)")
      cache.index.close()
    }
  }

  @Test func `a name with a wrong bit names no repository that is not there`() throws {
    let cache = try closedCache()
    let bytes = try [UInt8](Data(contentsOf: URL(filePath: cache.index.path)))
    // Where the kind and the name are beside each other: in the table and in its index.
    let words = Array("modelorg/model".utf8)
    let places = bytes.indices.filter { bytes[$0...].starts(with: words) }
    #expect(places.count >= 2)
    for place in places {
      for offset in [0, 4, 5, 8, 9, 13] {
        var damaged = bytes
        damaged[place + offset] ^= 1
        try Data(damaged).write(to: URL(filePath: cache.index.path))
        try cache.expectFilled("bit 0 of letter \(offset) at \(place)")
        cache.index.close()
        try Data(damaged).write(to: URL(filePath: cache.index.path))
        try cache.index.rebuild()
        try cache.expectFilled("bit 0 of letter \(offset) at \(place), made anew")
        cache.index.close()
      }
    }
  }

  @Test func `an index that another process is writing to is waited for only a moment`() async throws {
    let cache = try closedCache()
    let holder = try python(
      """
      import sqlite3, sys, time
      database = sqlite3.connect(sys.argv[1], isolation_level=None)
      database.execute("BEGIN IMMEDIATE")
      database.execute("UPDATE repository SET size = 99")
      print("holding", flush=True)
      time.sleep(600)
      """, cache.index.path)
    _ = try await holder.line { $0 == "holding" ? true : nil }
    try cache.expectFilled()
    let (repository, commit) = (try RepositoryID("org/model"), try #require(CommitID(IndexedCache.commit)))
    for number in 0..<1000 {
      let etag = ETag.gitBlob(IndexedCache.commit)
      cache.index.record(try RepositoryPath("\(number)"), at: commit, etag, size: 7, in: repository)
    }
    // Not recorded is not wrong.
    #expect(cache.index.size(of: .gitBlob(IndexedCache.commit), in: repository) == nil)
    // A process that is killed while it writes leaves nothing behind.
    holder.signal(SIGKILL)
    _ = try await holder.ended()
    try cache.add("new", as: "new.txt")
    #expect(try cache.index.repositories()[0].contentCount == 3)
    #expect(cache.warnings.count == 0)
  }

  @Test func `writers that are killed leave an index that is right`() async throws {
    let cache = try closedCache()
    for round in 0..<6 {
      let writer = try python(
        """
        import sqlite3, sys
        database = sqlite3.connect(sys.argv[1], isolation_level=None)
        print("writing", flush=True)
        while True:
            database.execute("BEGIN IMMEDIATE")
            for number in range(50):
                database.execute("INSERT OR REPLACE INTO content VALUES (1, ?, ?)", (f"{number:040x}", number))
                database.execute("UPDATE file SET used = ?", (number,))
            database.execute("COMMIT")
        """, cache.index.path)
      _ = try await writer.line { $0 == "writing" ? true : nil }
      try await Task.sleep(for: .milliseconds(Int.random(in: 1...60)))
      writer.signal(SIGKILL)
      _ = try await writer.ended()
      if round == 3 { try? FileManager.default.removeItem(atPath: cache.index.path + "-shm") }
      if round == 4 { try? FileManager.default.removeItem(atPath: cache.index.path + "-wal") }
      try cache.expectFilled("round \(round)")
      cache.index.close()
    }
  }

  @Test func `the index of a newer version is left alone`() async throws {
    let cache = try closedCache()
    try await sql("PRAGMA user_version = 99", in: cache)
    let before = try Data(contentsOf: URL(filePath: cache.index.path))
    try cache.expectFilled()
    cache.index.record(.main, is: CommitID(IndexedCache.commit)!, in: try RepositoryID("org/model"))
    try cache.expectFilled()
    cache.index.close()
    #expect(try Data(contentsOf: URL(filePath: cache.index.path)) == before)
    #expect(cache.warnings.count == 0)
  }

  @Test func `the index of an older version is made anew, without a warning`() async throws {
    let cache = try closedCache()
    try await sql(
      "DROP TABLE repository; CREATE TABLE repository (x); CREATE TABLE ancient (y); PRAGMA user_version = 0", in: cache
    )
    try cache.expectFilled()
    #expect(cache.warnings.count == 0)
  }

  @Test func `rows of another program are not believed`() async throws {
    let cache = try closedCache()
    try await sql(
      """
      PRAGMA foreign_keys = OFF;
      UPDATE revision SET hash = '../../x', size = 'many';
      UPDATE file SET path = '../../' || path, etag = 7;
      UPDATE scheduler SET configuration = '{', class = x'ff';
      INSERT INTO repository (kind, name, stamp) VALUES ('model', '../x', '1'), ('nonsense', 'a/b', '1'), ('model', 'gone/by', '1');
      """, in: cache)
    let found = try cache.index.repositories()
    #expect(found.map(\.id.name) == ["org/model", "org/other"])
    #expect(try cache.index.schedulers() == [])
    try cache.index.rebuild()
    try cache.expectFilled()
  }

  @Test func `many tasks and two connections share an index`() async throws {
    let cache = try IndexedCache.filled()
    let other = CacheIndex(cache.layout)
    let commit = try #require(CommitID(IndexedCache.commit))
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<32 {
        group.addTask {
          let index = number % 2 == 0 ? cache.index : other
          let repository = try RepositoryID("org/model")
          index.record(
            try RepositoryPath("f\(number)"), at: commit, .gitBlob(IndexedCache.commit), size: 7, in: repository)
          index.touch(try RepositoryPath("model_index.json"), at: commit, in: repository)
          #expect(try index.repositories().count == 2)
        }
      }
      try await group.waitForAll()
    }
    try cache.expectFilled()
    #expect(cache.warnings.count == 0)
  }

  @Test(.enabled(if: SmallDisk.isAvailable, "\(SmallDisk.requirement)"))
  func `on a full disk, and on one that cannot be written, the files answer`() throws {
    let cache = try IndexedCache.filled()
    let disk = try SmallDisk(size: "512k")
    try FileManager.default.copyItem(atPath: cache.layout.root, toPath: disk.path + "/hub")
    let layout = CacheLayout(root: disk.path + "/hub")
    let names = ["org/model", "org/other"]
    // Full before there is an index.
    let filler = disk.path + "/filler"
    try Data().write(to: URL(filePath: filler))
    let handle = try #require(FileHandle(forWritingAtPath: filler))
    while (try? handle.write(contentsOf: Data(count: 4096))) != nil {}
    let (repository, commit) = (try RepositoryID("org/model"), try #require(CommitID(IndexedCache.commit)))
    func expectAnswers(_ index: CacheIndex) throws {
      for number in 0..<3 {
        index.record(
          try RepositoryPath("\(number)"), at: commit, .gitBlob(IndexedCache.commit), size: 7, in: repository)
        #expect(try index.repositories().map(\.id.name) == names)
        #expect(try index.schedulers().count == 1)
      }
    }
    try expectAnswers(CacheIndex(layout))
    // Full while it grows.
    try handle.close()
    try FileManager.default.removeItem(atPath: filler)
    let index = CacheIndex(layout)
    #expect(try index.repositories().map(\.id.name) == names)
    for number in 0..<5000 {
      let path = try RepositoryPath(String(repeating: "x", count: 200) + "\(number)")
      index.record(path, at: commit, .gitBlob(IndexedCache.commit), size: 7, in: repository)
    }
    try expectAnswers(index)
    index.close()
    try disk.set(readOnly: true)
    try expectAnswers(CacheIndex(layout))
    try disk.set(readOnly: false)
    let healed = CacheIndex(layout)
    try healed.rebuild()
    try expectAnswers(healed)
  }

  private func python(_ script: String, _ arguments: String...) throws -> RunningProgram {
    let interpreter = try #require(Layout.Python.hubNewest.interpreter, "run 'make venvs'")
    return try Program(interpreter, ["-c", script] + arguments).start()
  }

  private func sql(_ statements: String, in cache: IndexedCache) async throws {
    let script = """
      import sqlite3, sys
      database = sqlite3.connect(sys.argv[1])
      database.executescript(sys.argv[2])
      database.commit()
      database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
      database.close()
      """
    _ = try await Layout.Python.hubNewest.run(script, [cache.index.path, statements])
  }
}
