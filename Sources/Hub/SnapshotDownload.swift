import CacheIndex
import HubCache
public import HubModel

/// A file of a snapshot, and what is to be done about it.
public struct PlannedFile: Sendable, Hashable {
  /// The file's path in the repository.
  public let file: RepositoryPath
  /// What the commit's listing says of it; `nil` offline, where there is no listing.
  public let metadata: FileMetadata?
  /// What is to be done.
  public let plan: DownloadPlan

  /// How many bytes have to be fetched, as far as it is known.
  public var missingBytes: Int64 {
    if case .fetch(let metadata, let offset) = plan { max(0, (metadata.size ?? 0) - offset) } else { 0 }
  }
}

/// All files of a commit, or some of them: one revision, one listing, a plan for each file.
struct SnapshotDownload {
  let client: HubClient
  let repository: RepositoryID
  let revision: Revision
  let selection: FileSelection
  let options: DownloadOptions

  private var cache: RepositoryCache { client.cache(of: repository, directory: options.cacheDirectory) }
  private var destination: any Destination { client.destination(of: repository, options) }
  private var context: HubError.Context { HubError.Context(repository: repository, revision: revision) }
  private var offlineMode: HubError.OfflineMode? { client.offlineMode(options) }

  /// The commit and its files, before any of them is looked at.
  struct Contents {
    var commit: CommitID
    var files: [(file: RepositoryPath, metadata: FileMetadata?)]
    var staleness: HubError?
  }

  // MARK: Planning

  /// What would be done.
  func plan() async throws(HubError) -> (contents: Contents, files: [PlannedFile]) {
    do throws(HubError) {
      let contents = try await contents()
      let files = try await offThePool { () throws(HubError) in
        try contents.files.map { file throws(HubError) in
          let plan = try download(of: file.file, at: contents.commit).decide(file.metadata)
          return PlannedFile(file: file.file, metadata: file.metadata, plan: plan)
        }
      }
      return (contents, files)
    } catch {
      throw error.with(context)
    }
  }

  private func download(of file: RepositoryPath, at commit: CommitID) -> FileDownload {
    FileDownload(
      client: client, destination: destination, file: file, revision: Revision(commit), options: options)
  }

  /// The commit of the revision: the hub's word, or the last known one.
  private func resolve() async throws(HubError) -> (commit: CommitID, staleness: HubError?) {
    if let commit = revision.commit { return (commit, nil) }
    if let mode = offlineMode {
      guard let commit = cache.commit(of: revision) else { throw HubError(.notCached(files: [], mode: mode)) }
      return (commit, nil)
    }
    do throws(HubError) {
      let info = try await client.info(of: repository, revision: revision, options: options)
      guard let commit = info.sha.flatMap({ CommitID($0) }) else {
        throw HubError(.protocolViolation("it names no commit"))
      }
      return (commit, nil)
    } catch  where error.allowsLastKnownCommit && !options.forceDownload {
      guard let commit = cache.commit(of: revision) else { throw error }
      return (commit, error)
    }
  }

  private func contents() async throws(HubError) -> Contents {
    let (commit, staleness) = try await resolve()
    var contents = Contents(commit: commit, files: [], staleness: staleness)
    guard let listing = try await listing(of: commit, isUnreachable: staleness != nil) else {
      contents.files = try cache.files(at: commit).filter { selection.contains($0.text) }.map { ($0, nil) }
      guard !contents.files.isEmpty else { throw HubError(.notCached(files: [], mode: offlineMode ?? .argument)) }
      return contents
    }
    for entry in listing.entries where selection.contains(entry.path.text) {
      let url = try client.url(.resolve(repository, Revision(commit), path: entry.path))
      let metadata = FileMetadata(commit: commit, etag: entry.etag, size: entry.size, location: url)
      contents.files.append((entry.path, metadata))
    }
    return contents
  }

  /// The files of a commit: from a record, as a commit never changes, or else from the hub.
  ///
  /// - Returns: `nil` where there is no record and the hub cannot be asked; then what is here is all that is known.
  private func listing(of commit: CommitID, isUnreachable: Bool) async throws(HubError) -> SnapshotListing? {
    if let listing = destination.listing(of: commit) ?? cache.listing(of: commit) { return listing }
    if isUnreachable || offlineMode != nil { return nil }
    let entries = try await client.tree(of: repository, revision: Revision(commit), options: options)
    let listing = try SnapshotListing(tree: entries)
    if listing.entries.isEmpty { try await confirmEmptiness(of: commit) }
    // A place that cannot be written is no reason to fail: the listing is asked for again.
    try? destination.record(listing: listing, of: commit)
    if options.localDirectory == nil {
      client.index(directory: options.cacheDirectory).record(listing, of: repository)
    }
    return listing
  }

  /// Asks once more in another way, as an empty listing would be believed for ever.
  private func confirmEmptiness(of commit: CommitID) async throws(HubError) {
    let info = try await client.info(of: repository, revision: Revision(commit), options: options)
    guard info.siblings?.isEmpty != false else {
      throw HubError(.protocolViolation("its listing is empty though the commit has files"))
    }
  }

  // MARK: Carrying out

  /// Gets the files.
  func run() async throws(HubError) -> Snapshot {
    let (contents, files) = try await plan()
    do throws(HubError) {
      try refuseMissing(files)
      // Where the ref cannot be written the next call asks again.
      if offlineMode == nil, contents.staleness == nil { try? cache.record(revision, is: contents.commit) }
      let pending = files.filter { if case .use = $0.plan { false } else { true } }
      let bytes = pending.reduce(0) { $0 + $1.missingBytes }
      if !pending.isEmpty { options.progress?(.planned(files: pending.count, bytes: bytes)) }
      let fetched = try await carryOut(pending, at: contents.commit)
      return Snapshot(
        path: path(at: contents.commit), repository: repository, revision: revision, commit: contents.commit,
        files: files.map(\.file), fetched: fetched, staleness: contents.staleness?.with(context))
    } catch {
      throw error.with(context)
    }
  }

  private func path(at commit: CommitID) -> String {
    options.localDirectory ?? cache.layout.snapshot(commit, of: repository)
  }

  /// Offline, one error names all files that are missing.
  private func refuseMissing(_ files: [PlannedFile]) throws(HubError) {
    let missing = files.filter { if case .fail(.notCached) = $0.plan { true } else { false } }
    guard !missing.isEmpty else { return }
    throw HubError(.notCached(files: missing.map(\.file.text), mode: offlineMode ?? .argument))
  }

  /// Carries out several plans at once, and answers how many files were fetched.
  ///
  /// The first failure stops the others; what they have fetched is kept.
  private func carryOut(_ files: [PlannedFile], at commit: CommitID) async throws(HubError) -> Int {
    do {
      return try await withThrowingTaskGroup(of: DownloadedFile.Origin.self) { group in
        var rest = files.makeIterator()
        // Several files at once are several connections already.
        let connections = max(1, 8 / min(options.maximumWorkers, max(1, files.count)))
        func startNext() {
          guard let next = rest.next() else { return }
          var download = download(of: next.file, at: commit)
          download.connections = connections
          group.addTask { try await download.run(next.metadata).origin }
        }
        for _ in 0..<options.maximumWorkers { startNext() }
        var fetched = 0
        while let origin = try await group.next() {
          if origin == .hub { fetched += 1 }
          startNext()
        }
        return fetched
      }
    } catch {
      throw error as? HubError ?? HubError(.cancelled, cause: error)
    }
  }
}

extension HubError {
  /// Whether a copy from before takes the place of the hub's answer: it refused or could not be reached.
  fileprivate var allowsLastKnownCommit: Bool {
    switch code {
    case .repositoryNotFound, .gated, .disabled, .unauthorized, .forbidden, .network, .timeout, .rateLimited, .status,
      .protocolViolation, .limitExceeded:
      !isProxyFailure
    default: false
    }
  }
}

extension HubClient {
  /// Gets the files of a repository, all or those that a selection names (`snapshot_download`).
  ///
  /// The revision is resolved once and the commit is listed once; every file then comes from that commit. Files that are
  /// here already cost no request.
  ///
  /// - Parameters:
  ///   - repository: The repository.
  ///   - revision: A branch, a tag, a full commit or `refs/pr/N`.
  ///   - selection: Which files.
  ///   - options: How they are fetched, and to where.
  /// - Returns: The directory with the files.
  /// - Throws: As ``download(_:from:revision:options:)``; `unsafePath` for a listing with a name that would leave its
  ///   directory, before anything is fetched; offline `notCached` with the names of all files that are missing.
  public func snapshot(
    of repository: RepositoryID, revision: Revision = .main, selection: FileSelection = FileSelection(),
    options: DownloadOptions = DownloadOptions()
  ) async throws(HubError) -> Snapshot {
    try await SnapshotDownload(
      client: self, repository: repository, revision: revision, selection: selection, options: options
    ).run()
  }

  /// What ``snapshot(of:revision:selection:options:)`` would do, without fetching a file (`dry_run`).
  ///
  /// - Throws: As ``snapshot(of:revision:selection:options:)``, but for files that are missing offline: that is a plan.
  public func snapshotPlan(
    of repository: RepositoryID, revision: Revision = .main, selection: FileSelection = FileSelection(),
    options: DownloadOptions = DownloadOptions()
  ) async throws(HubError) -> [PlannedFile] {
    try await SnapshotDownload(
      client: self, repository: repository, revision: revision, selection: selection, options: options
    ).plan().files
  }
}
