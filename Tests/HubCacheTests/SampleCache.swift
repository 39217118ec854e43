import Foundation
import HubCache
import HubModel
import TestSupport

/// A new cache with a repository in it, whose files are published as a download publishes them.
struct SampleCache {
  let directory: TemporaryDirectory
  let layout: CacheLayout
  let repository: RepositoryID
  var cache: RepositoryCache

  init(_ name: String = "org/model", kind: RepositoryID.Kind = .model, copies: Bool = false) throws {
    directory = try TemporaryDirectory()
    layout = CacheLayout(root: directory.path + "/hub")
    repository = try RepositoryID(name, kind: kind)
    cache = RepositoryCache(layout, repository, copies: copies)
  }

  /// A commit of this digit, 40 times.
  static func commit(_ digit: Character) -> CommitID {
    // Every caller passes one hexadecimal digit.
    CommitID(String(repeating: digit, count: 40))!
  }

  /// The file, through the whole of a download, and the identity of its content.
  @discardableResult
  func publish(_ content: [UInt8], as file: String, at commit: CommitID, inLFS: Bool = false) async throws -> ETag {
    try await Self.publish(content, as: file, at: commit, inLFS: inLFS, in: cache)
  }

  @discardableResult
  static func publish(
    _ content: [UInt8], as file: String, at commit: CommitID, inLFS: Bool = false, in destination: any Destination
  ) async throws -> ETag {
    let (path, etag) = (try RepositoryPath(file), etag(of: content, inLFS: inLFS))
    let partial = try destination.partial(etag, size: Int64(content.count), of: path, resuming: false)
    try partial.append(content)
    try await destination.finish(partial, as: path, at: commit)
    return etag
  }

  static func etag(of content: [UInt8], inLFS: Bool = false) -> ETag {
    let form = inLFS ? ETag.sha256("") : .gitBlob("")
    return ContentHash.of(content, like: form)
  }

  /// What a caller would be given for a file: its bytes, if the cache vouches for them.
  func bytes(of file: String, _ revision: Revision = .main) throws -> [UInt8]? {
    let path = try RepositoryPath(file)
    let local = try cache.local(path, revision)
    guard let commit = local.commit, local.present.contains(commit) else { return nil }
    return [UInt8](try Data(contentsOf: URL(filePath: cache.path(of: path, at: commit))))
  }
}

extension PartialFile {
  /// Appends these bytes.
  func append(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBufferPointer { try append(UnsafeRawBufferPointer($0)) }
  }
}

/// Some bytes that nobody mistakes for others.
func sampleBytes(_ count: Int, seed: UInt8 = 1) -> [UInt8] {
  var state = UInt32(seed) &* 2_654_435_761 | 1
  return (0..<count).map { _ in
    state = state &* 1_664_525 &+ 1_013_904_223
    return UInt8(truncatingIfNeeded: state >> 24)
  }
}
