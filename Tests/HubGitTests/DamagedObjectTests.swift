import Foundation
import HubGit
import HubModel
import TestSupport
import Testing

/// Loose objects that a disk has cut short, as after a power failure.
@Suite(.timeLimit(.minutes(2))) struct DamagedObjectTests {
  let directory: TemporaryDirectory
  private var path: String { directory.appending("model.git") }

  init() throws { directory = try TemporaryDirectory() }

  /// The file of a commit, cut at every length: each is refused, and none is waited for.
  @Test(arguments: ["commit", "tree", "blob"]) func whatIsCutShortIsRefused(kind: String) throws {
    let content = Array(String(repeating: "the quick brown fox, ", count: 40).utf8)
    let name = try RepositoryPath("a.txt")
    let commit = try GitRepository.create(bareAt: path).commit([name: .file(content)], message: "one")
    let entry = try #require(try GitRepository(bareAt: path).entry(at: name, in: commit))
    let files = try directory.listing().filter {
      $0.contains("/objects/") && $0.split(separator: "/").last?.count == 38
    }
    let others = [commit.hex, entry.id.hex, "4b825dc642cb6eb9a060e54bf8d69288fbee4904"]  // the last is the empty tree
    let file = try #require(
      files.first { file in
        let id = file.split(separator: "/").suffix(2).joined()
        return kind == "tree" ? !others.contains(id) : id == (kind == "commit" ? commit.hex : entry.id.hex)
      })
    let url = URL(filePath: directory.appending(file))
    let whole = try Data(contentsOf: url)
    chmod(url.path, 0o644)
    for count in 0..<whole.count {
      try whole.prefix(count).write(to: url)
      let repository = try GitRepository(bareAt: path)
      let flaws = Result { try repository.inspect().flaws }
      if case .success(let flaws) = flaws { #expect(flaws.count == 1, "\(count) of \(whole.count) bytes") }
      let read = Result {
        var bytes: [UInt8] = []
        for entry in try repository.entries(in: commit, recursive: true) ?? [] {
          try repository.write(blob: entry.id, limit: 1 << 20) { bytes += $0 }
        }
        return bytes
      }
      // Where only the checksum is missing, the bytes are those that the name stands for.
      if case .success(let bytes) = read { #expect(kind == "blob" && count > whole.count - 6 && bytes == content) }
    }
    try whole.write(to: url)
    #expect(try GitRepository(bareAt: path).inspect().flaws.isEmpty)
  }
}
