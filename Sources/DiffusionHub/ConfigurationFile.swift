import Hub
import HubCache
import HubModel
import Schedulers

/// A configuration's file, found and read.
struct ConfigurationFile {
  /// Its content, read once.
  let bytes: [UInt8]
  /// What to call it in errors.
  let name: String
  /// Where it came from.
  let source: SchedulerSource

  /// The longest configuration that is read or fetched, in bytes; those of diffusers have some five hundred.
  static let maximumLength = 16 << 20

  /// Finds the file in a directory or a repository.
  ///
  /// - Throws: `unsafePath` for a subfolder that climbs out; `entryNotFound`; `limitExceeded` for a file that cannot be a
  ///   configuration; what a download throws.
  init(
    in place: PretrainedSource, subfolder: String?, revision: Revision, options: DownloadOptions, client: HubClient
  ) async throws(HubError) {
    let file = try RepositoryPath(SchedulerConfig.fileName, in: subfolder)
    switch place {
    case .directory(let directory):
      let path = "\(directory)/\(file.text)"
      (bytes, name, source) = (try Self.read(path), path, .file(path))
    case .repository(let id):
      var options = options
      options.maximumSize = min(options.maximumSize, Int64(Self.maximumLength))
      let found = try await client.download(file, from: id, revision: revision, options: options)
      (bytes, name, source) = (try Self.read(found.path), "\(file.text) of \(id)", .repository(found))
    }
  }

  private static func read(_ path: String) throws(HubError) -> [UInt8] {
    do throws(HubError) {
      if let bytes = try Disk.read(path, limit: maximumLength) { return bytes }
    } catch {
      guard case .cache(_, let reason) = error.problem else { throw error }
      throw HubError(.configuration(source: path, reason: reason), cause: error)
    }
    throw HubError(.entryNotFound, context: HubError.Context(file: path))
  }
}
