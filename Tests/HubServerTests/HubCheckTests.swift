import Foundation
import HubGit
import HubModel
import HubServer
import HubTestSupport
import TestSupport
import Testing

/// Every kind of damage, found; and a sound hub, left alone.
@Suite struct HubCheckTests {
  let root: TemporaryDirectory

  init() throws { root = try TemporaryDirectory() }

  /// A repository with a file, a large file in LFS, and a history of two commits.
  private func fill() throws -> (commit: CommitID, pointer: LFSPointer) {
    let repository = try GitRepository.create(bareAt: path)
    let pointer = try LFSStore(path: root.path + "/lfs").add(Array("large".utf8))
    try repository.commit([try RepositoryPath("a/b.txt"): .file(Array("one".utf8))], message: "one")
    let commit = try repository.commit([try RepositoryPath("w.bin"): .pointer(pointer)], message: "two")
    return (commit, pointer)
  }

  private var path: String { root.path + "/models/org/model.git" }

  private func object(_ id: String) -> String { "\(path)/objects/\(id.prefix(2))/\(id.dropFirst(2))" }

  private func large(_ oid: String) -> String {
    "\(root.path)/lfs/objects/\(oid.prefix(2))/\(oid.dropFirst(2).prefix(2))/\(oid)"
  }

  private func damage(quick: Bool = false) async throws -> [String] {
    try await HubCheck(root: root.path, isQuick: quick).run().findings.filter { $0.kind == .damage }.map(\.text)
  }

  @Test func `a sound hub has no findings`() async throws {
    _ = try fill()
    let outcome = try await HubCheck(root: root.path).run()
    #expect(outcome.findings.isEmpty && !outcome.isDamaged)
    #expect((outcome.repositories, outcome.objects, outcome.files) == (1, 7, 1))
  }

  @Test func `an object of git that is missing or of other bytes`() async throws {
    let (commit, _) = try fill()
    let file = object(commit.hex)
    let content = try Data(contentsOf: URL(filePath: file))
    chmod(file, 0o644)
    try content.dropLast(5).write(to: URL(filePath: file))
    #expect(try await damage().contains { $0.contains(commit.hex) })
    try FileManager.default.removeItem(atPath: file)
    #expect(try await !damage().isEmpty)
  }

  @Test func `an object of an earlier commit counts too`() async throws {
    _ = try fill()
    let blob = try GitRepository(bareAt: path).addBlob("one".utf8)
    try FileManager.default.removeItem(atPath: object(blob.hex))
    #expect(try await damage().contains { $0.contains(blob.hex) })
  }

  @Test func `a large file that is missing, shorter, or of other bytes`() async throws {
    let (_, pointer) = try fill()
    let file = large(pointer.oid)
    try Data("LARGE".utf8).write(to: URL(filePath: file))
    #expect(try await damage().contains { $0.contains("other bytes") })
    #expect(try await damage(quick: true).isEmpty)
    try Data("lar".utf8).write(to: URL(filePath: file))
    #expect(try await damage(quick: true).contains { $0.contains(pointer.oid) })
    try FileManager.default.removeItem(atPath: file)
    #expect(try await damage(quick: true).contains { $0.contains("missing") })
  }

  @Test func `a ref that leads nowhere`() async throws {
    _ = try fill()
    try Data("0123456789012345678901234567890123456789\n".utf8).write(to: URL(filePath: path + "/refs/heads/lost"))
    #expect(try await damage().contains { $0.contains("refs/heads/lost") })
  }

  @Test func `accounts that are no database`() async throws {
    try Data(repeating: 7, count: 5000).write(to: URL(filePath: root.path + "/accounts.sqlite"))
    chmod(root.path + "/accounts.sqlite", 0o600)
    let outcome = try await HubCheck(root: root.path).run()
    #expect(outcome.isDamaged && outcome.findings.contains { $0.place == "accounts" })
  }

  @Test func `leftovers are told, and go only when they are old and that is wanted`() async throws {
    _ = try fill()
    let (old, new) = (root.path + "/lfs/incoming/old", root.path + "/lfs/incoming/new")
    let lock = path + "/refs/heads/main.lock"
    for file in [old, new, lock] {
      try FileManager.default.createDirectory(
        at: URL(filePath: file).deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data().write(to: URL(filePath: file))
    }
    for file in [old, lock] {
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSinceNow: -90_000)], ofItemAtPath: file)
    }
    let outcome = try await HubCheck(root: root.path).run()
    #expect(Set(outcome.findings.map(\.place)) == [old, lock] && !outcome.isDamaged)
    #expect(FileManager.default.fileExists(atPath: old))
    _ = try await HubCheck(root: root.path, repairs: true).run()
    let left = [old, lock, new].map { FileManager.default.fileExists(atPath: $0) }
    #expect(left == [false, false, true])
  }

  @Test func `an object that nobody refers to is worth a note`() async throws {
    let pointer = try LFSStore(path: root.path + "/lfs").add(Array("alone".utf8))
    let outcome = try await HubCheck(root: root.path).run()
    #expect(outcome.findings.map(\.kind) == [.note] && outcome.findings[0].place.contains(pointer.oid))
  }

  @Test func `a directory that is not there is an error`() async throws {
    await #expect(throws: HubError.self) { try await HubCheck(root: root.path + "/nothing").run() }
  }

  @Test func `a lock that a killed server left behind goes after a restart`() async throws {
    _ = try fill()
    let lock = path + "/refs/heads/main.lock"
    try Data().write(to: URL(filePath: lock))
    let hub = try await RunningHub(root: root.path)
    for _ in 0..<100 where FileManager.default.fileExists(atPath: lock) {
      try await Task.sleep(for: .milliseconds(100))
    }
    #expect(!FileManager.default.fileExists(atPath: lock))
    try await hub.stop()
  }
}
