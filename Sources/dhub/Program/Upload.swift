import Checkpoints
import Foundation
import Hub
import HubModel

/// What `dhub upload` is to push: a file, or the files of a folder.
struct Upload: Sendable {
  let destination: PushDestination
  /// Where it is on this machine.
  let path: String
  /// Where it goes; `nil` for the top, or for a file's own name there.
  let target: RepositoryPath?
  let selection: FileSelection
  let deleted: [String]
  let weights: WeightOptions?

  /// The title of a commit that the user does not name, as `hf upload` has it.
  var title: String {
    isFolder ? "Upload folder using dhub" : "Upload \(URL(filePath: path).lastPathComponent) with dhub"
  }

  /// Finds out what pushing would change.
  func plan(_ client: HubClient, _ options: PushOptions) async throws -> CommitPlan {
    guard isFolder else {
      return try await client.uploadPlan(file: path, to: destination, at: try file, options: options)
    }
    return try await client.uploadPlan(
      folder: path, to: destination, at: target, selection: selection, deleting: deleted, weights: weights,
      options: options)
  }

  /// Pushes.
  func run(_ client: HubClient, _ message: CommitMessage, _ options: PushOptions) async throws -> PushedCommit {
    guard isFolder else {
      return try await client.upload(file: path, to: destination, at: try file, message: message, options: options)
    }
    return try await client.upload(
      folder: path, to: destination, at: target, selection: selection, deleting: deleted, weights: weights,
      message: message, options: options)
  }

  private var isFolder: Bool {
    var isDirectory: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory.boolValue
  }

  private var file: RepositoryPath {
    get throws {
      guard FileManager.default.fileExists(atPath: path) else {
        throw Failure(
          status: .notFound, code: "notFound", message: "There is no file or folder '\(printable(path, limit: 200))'.")
      }
      return try target ?? RepositoryPath(URL(filePath: path).lastPathComponent)
    }
  }
}
