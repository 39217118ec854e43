import CacheIndex
import HubCache
public import HubModel
import HubTransport

/// One file, from a wish to a path: what is here, what the hub says, what to do, and doing it.
struct FileDownload {
  let client: HubClient
  let destination: any Destination
  let file: RepositoryPath
  let revision: Revision
  let options: DownloadOptions
  /// How many connections may be used where one is slow.
  var connections = 8

  private var request: DownloadPlan.Request {
    DownloadPlan.Request(
      revision, forces: options.forceDownload, staysLocal: client.offlineMode(options) != nil,
      resumes: options.resumeDownload)
  }

  private var context: HubError.Context {
    HubError.Context(repository: destination.repository, revision: revision, file: file.text)
  }

  /// Where what is in the cache is recorded; a directory of the user's has no index.
  private var index: CacheIndex? {
    options.localDirectory == nil ? client.index(directory: options.cacheDirectory) : nil
  }

  /// Gets the file, asking the hub if it must be asked.
  func run() async throws(HubError) -> DownloadedFile {
    let (plan, announcement) = try await decide()
    if let commit = announcement?.absence { noteAbsence(at: commit) }
    return try await carryOut(plan, announcement?.error)
  }

  /// What would be done; nothing is changed.
  func decide() async throws(HubError) -> (plan: DownloadPlan, announcement: Announcement?) {
    do throws(HubError) {
      let local = try destination.local(file, revision, commit: nil)
      if let plan = DownloadPlan.decide(request, local) { return (plan, nil) }
      let hasFallback = !options.forceDownload && local.commit.map(local.present.contains) ?? false
      let announcement = try await client.announcement(
        of: file, destination.repository, revision, hasFallback: hasFallback, options: options)
      return (try decide(local, announcement.remote), announcement)
    } catch {
      throw error.with(context)
    }
  }

  private func decide(
    _ local: DownloadPlan.Local, _ remote: DownloadPlan.Remote
  ) throws(HubError) -> DownloadPlan {
    guard case .found(let metadata) = remote else {
      return DownloadPlan.decide(request, local, remote) { _ in .none }
    }
    let local = try destination.local(file, revision, commit: metadata.commit)
    let content = try destination.content(metadata.etag, size: metadata.size, of: file)
    return DownloadPlan.decide(request, local, remote) { _ in content }
  }

  /// What would be done, knowing from a listing what a hub would say; without one, as if there were no hub.
  func decide(_ metadata: FileMetadata?) throws(HubError) -> DownloadPlan {
    do throws(HubError) {
      let local = try destination.local(file, revision, commit: nil)
      if let plan = DownloadPlan.decide(request, local) { return plan }
      guard let metadata else { return .fail(.notCached) }
      return try decide(local, .found(metadata))
    } catch {
      throw error.with(context)
    }
  }

  /// Gets the file, knowing from a listing what a hub would say.
  func run(_ metadata: FileMetadata?) async throws(HubError) -> DownloadedFile {
    try await carryOut(try decide(metadata), nil)
  }

  // MARK: Carrying out

  private func carryOut(_ plan: DownloadPlan, _ error: HubError?) async throws(HubError) -> DownloadedFile {
    do throws(HubError) {
      switch plan {
      case .use(let commit, let stale):
        if stale == nil { try noteRevision(commit) }
        index?.touch(file, at: commit, in: destination.repository)
        return result(commit, .cache, staleness: stale == nil ? nil : error)
      case .link(let etag, let commit):
        try noteRevision(commit)
        return try link(commit, etag)
      case .fetch(let metadata, _):
        if let size = metadata.size, size > options.maximumSize { throw HubError.tooLong(options.maximumSize) }
        try noteRevision(metadata.commit)
        return try await fetch(metadata)
      case .fail(let failure):
        throw self.error(for: failure, error)
      }
    } catch {
      throw error.with(context)
    }
  }

  private func result(
    _ commit: CommitID, _ origin: DownloadedFile.Origin, staleness: HubError? = nil
  ) -> DownloadedFile {
    DownloadedFile(
      path: destination.path(of: file, at: commit), repository: destination.repository, revision: revision,
      commit: commit, file: file, origin: origin, staleness: staleness?.with(context))
  }

  private func link(_ commit: CommitID, _ etag: ETag) throws(HubError) -> DownloadedFile {
    try destination.link(file, at: commit, to: etag)
    index?.record(file, at: commit, etag, size: nil, in: destination.repository)
    return result(commit, .content)
  }

  /// Writes the ref; one that cannot be written, in a cache that others own, takes nothing from who only reads.
  private func noteRevision(_ commit: CommitID) throws(HubError) {
    guard client.offlineMode(options) == nil else { return }
    do throws(HubError) {
      try destination.record(revision, is: commit)
    } catch  where error.code == .readOnly || error.code == .permission {
      return
    }
  }

  /// Remembers that the hub has no such file, where that can be written down.
  private func noteAbsence(at commit: CommitID) {
    try? destination.record(revision, is: commit)  // Only a help for the next call.
    try? destination.recordAbsence(of: file, at: commit)
  }

  private func error(for failure: DownloadPlan.Failure, _ error: HubError?) -> HubError {
    error ?? HubError(failure.problem(of: file, mode: client.offlineMode(options) ?? .argument))
  }

  // MARK: Fetching

  /// Fetches the content under its lock; who has waited for another process finds what that one has fetched.
  private func fetch(_ metadata: FileMetadata) async throws(HubError) -> DownloadedFile {
    let lock = try await lock(metadata.etag)
    defer { withExtendedLifetime(lock) {} }
    var offset: Int64 = 0
    switch try decide(try destination.local(file, revision, commit: metadata.commit), .found(metadata)) {
    case .use(let commit, _): return result(commit, .cache)
    case .link(let etag, let commit): return try link(commit, etag)
    case .fetch(_, let partial): offset = partial
    case .fail(let failure): throw error(for: failure, nil)
    }
    let partial = try destination.partial(metadata.etag, size: metadata.size, of: file, resuming: offset > 0)
    try checkSpace(for: partial)
    options.progress?(.started(file, offset: partial.length, size: metadata.size))
    try await receive(metadata, partial)
    index?.record(file, at: metadata.commit, metadata.etag, size: partial.length, in: destination.repository)
    options.progress?(.finished(file))
    return result(metadata.commit, .hub)
  }

  /// The lock, or `nil` on file systems that have none: then the hash alone keeps two writers apart.
  private func lock(_ etag: ETag) async throws(HubError) -> FileLock? {
    let partial = destination.partialPath(etag, of: file)
    do throws(HubError) {
      return try await FileLock.wait(
        destination.lockPath(etag, of: file),
        signOfLife: { PartialFile.bytesArrived(at: partial) }
      ) {
        options.progress?(.waiting(file))
      }
    } catch {
      if case .system("flock", _, _) = error.problem { return nil }
      throw error
    }
  }

  private func checkSpace(for partial: PartialFile) throws(HubError) {
    guard let size = partial.size, let free = Disk.freeSpace(at: partial.path) else { return }
    let needed = size - partial.length
    if needed > free { throw HubError(.diskFull(path: partial.path, needed: needed, free: free)) }
  }

  /// Receives and publishes; bytes that turn out to be wrong are asked for once more, from the first one on.
  private func receive(_ metadata: FileMetadata, _ partial: PartialFile) async throws(HubError) {
    let transfer = ContentTransfer(
      client: client, repository: destination.repository, commit: metadata.commit, file: file, options: options,
      connections: connections, partial: partial)
    do throws(HubError) {
      try await transfer.run()
      try await destination.finish(partial, as: file, at: metadata.commit)
    } catch  where error.code == .integrity {
      try partial.restart()
      options.progress?(.restarted(file))
      do throws(HubError) {
        // Over one connection, as parts may be what went wrong.
        try await transfer.overOneConnection.run()
        try await destination.finish(partial, as: file, at: metadata.commit)
      } catch  where error.code == .integrity {
        // Nothing that is known to be wrong is kept for the next call to begin with.
        try partial.restart()
        throw error
      }
    }
  }
}

extension HubError {
  /// A file that is longer than the caller wants.
  static func tooLong(_ limit: Int64) -> HubError { HubError(.limitExceeded("it is longer than \(limit) bytes")) }
}

extension HubClient {
  /// Gets one file of a repository (`hf_hub_download`).
  ///
  /// A cached file of a branch is used after one request that asks whether it is still the one; of a full commit, without
  /// any. Bytes are verified before they get a name.
  ///
  /// - Parameters:
  ///   - file: The file's path in the repository.
  ///   - repository: Whose file it is.
  ///   - revision: A branch, a tag, a full commit or `refs/pr/N`.
  ///   - options: How it is fetched, and to where.
  /// - Returns: Where it is, and where it came from.
  /// - Throws: `repositoryNotFound`, `revisionNotFound`, `entryNotFound`, `gated` and the other refusals of a hub;
  ///   `network`, `timeout`, `rateLimited`; `integrity` for bytes that are not the announced ones; `notCached` offline;
  ///   `diskFull`, `permission`, `readOnly`, `cache`, `lockTimeout`; `cancelled`.
  public func download(
    _ file: RepositoryPath, from repository: RepositoryID, revision: Revision = .main,
    options: DownloadOptions = DownloadOptions()
  ) async throws(HubError) -> DownloadedFile {
    try await download(of: file, repository, revision, options).run()
  }

  /// What ``download(_:from:revision:options:)`` would do, without doing it (`dry_run`).
  ///
  /// - Throws: What goes wrong when the hub is asked; a file that cannot be had is a plan too.
  public func plan(
    _ file: RepositoryPath, from repository: RepositoryID, revision: Revision = .main,
    options: DownloadOptions = DownloadOptions()
  ) async throws(HubError) -> DownloadPlan {
    try await download(of: file, repository, revision, options).decide().plan
  }

  func download(
    of file: RepositoryPath, _ repository: RepositoryID, _ revision: Revision, _ options: DownloadOptions
  ) -> FileDownload {
    FileDownload(
      client: self, destination: destination(of: repository, options), file: file, revision: revision, options: options)
  }

  /// Where the files of a repository go.
  func destination(of repository: RepositoryID, _ options: DownloadOptions) -> any Destination {
    let cache = cache(of: repository, directory: options.cacheDirectory)
    return options.localDirectory.map { LocalFolder($0, repository, donor: cache) } ?? cache
  }
}
