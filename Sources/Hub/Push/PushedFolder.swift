import Checkpoints
import Foundation
import HubGit
import HubModel

/// The files of a directory as they are pushed, with their paths in the repository; what had to be converted first lives
/// no longer than this object.
final class PushedFolder: Sendable {
  private let files: [(path: RepositoryPath, file: String)]
  private let workspace: String?

  /// Looks through the directory `folder`, and converts weights if there are `options` for them.
  ///
  /// - Throws: What the disk says, and as `WeightFolder` for weights.
  init(_ folder: String, _ selection: FileSelection, _ options: WeightOptions?) async throws(HubError) {
    let contents = try FolderContents(of: folder, selection).files
    guard let options else {
      (files, workspace) = (contents.map { ($0.path, $0.file) }, nil)
      return
    }
    let workspace = FileManager.default.temporaryDirectory.path + "/diffusion-hub-\(UUID().uuidString)"
    let paths = contents.map(\.path)
    do throws(HubError) {
      let converted = try await GitThreads.run { () throws(HubError) in
        let plan = try WeightFolder.plan(folder: folder, files: paths, options: options)
        return try WeightFolder(plan, folder: folder, workspace: workspace)
      }
      files = converted.files.map { ($0.target, $0.path) }
      self.workspace = workspace
    } catch {
      Self.remove(workspace)
      throw error
    }
  }

  deinit { if let workspace { Self.remove(workspace) } }

  /// The files as parts of a commit, below `target`.
  func operations(at target: RepositoryPath?) throws(HubError) -> [CommitOperation] {
    try files.map { path, file throws(HubError) in .add(try RepositoryPath(path.text, in: target?.text), .file(file)) }
  }

  /// A workspace that is not there is removed already.
  private static func remove(_ workspace: String) { try? FileManager.default.removeItem(atPath: workspace) }
}
