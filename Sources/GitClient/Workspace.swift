import Foundation
import HubGit
import HubModel

/// A directory for one push, with a bare repository in it; removed with its owner.
final class Workspace: Sendable {
  private let directory: String
  /// The bare repository.
  let repository: String

  /// Makes the directory below the system's temporary directory, for our eyes alone.
  ///
  /// - Parameter objects: The `objects` folder of a repository whose objects count as those of the new one
  ///   (gitrepository-layout, `objects/info/alternates`).
  /// - Throws: `system` with what mkdtemp(3) says; what ``HubGit/GitRepository/create(bareAt:)`` throws.
  init(borrowing objects: String? = nil) throws(HubError) {
    let pattern = FileManager.default.temporaryDirectory.path + "/diffusion-hub-git-XXXXXX"
    var bytes = Array(pattern.utf8CString)
    guard mkdtemp(&bytes) != nil else {
      throw HubError(.system(call: "mkdtemp", path: pattern, errno: errno))
    }
    directory = String(decoding: bytes.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    repository = directory + "/repository.git"
    _ = try GitRepository.create(bareAt: repository)
    guard let objects else { return }
    try makeDirectories(repository + "/objects/info")
    try OutputFile(repository + "/objects/info/alternates").write((objects + "\n").utf8)
  }

  // Cleanup; what cannot be removed is the system's to remove.
  deinit { try? FileManager.default.removeItem(atPath: directory) }

  func open() throws(HubError) -> GitRepository { try GitRepository(bareAt: repository) }

  /// The path of a new file of this name's kind.
  func file(_ kind: String) -> String { "\(directory)/\(kind)-\(UUID().uuidString)" }
}
