import Foundation
public import HubModel

/// The folder of one repository in a cache.
public struct RepositoryCache: Destination {
  /// The cache that it is in.
  public let layout: CacheLayout
  /// Whose files they are.
  public let repository: RepositoryID
  /// Whether snapshots hold copies in place of links (`HF_HUB_DISABLE_SYMLINKS`).
  public let copies: Bool
  /// The length that some record gives a content, asked only of those too long to be hashed at every look.
  private let knownSize: @Sendable (ETag) -> Int64?
  private let listings = ListingMemory()

  /// The folder of `repository`, which need not be there yet.
  ///
  /// - Parameter knownSize: What the index knows; see ``HubCache``'s essay for what it is good for.
  public init(
    _ layout: CacheLayout, _ repository: RepositoryID, copies: Bool = false,
    knownSize: @escaping @Sendable (ETag) -> Int64? = { _ in nil }
  ) {
    (self.layout, self.repository, self.copies, self.knownSize) = (layout, repository, copies, knownSize)
  }

  /// Up to this length, 1 MiB, a content is hashed whenever it is looked up.
  public static let alwaysHashed: Int64 = 1 << 20

  private var folder: String { layout.folder(of: repository) }

  // MARK: What is here

  /// The commit that a revision was when the hub was last asked.
  ///
  /// - Returns: `nil` if that was never, or the record is damaged.
  public func commit(of revision: Revision) -> CommitID? {
    if let commit = revision.commit { return commit }
    // Absence: what cannot be read as a commit is no record, and is written anew when the hub has been asked.
    guard let bytes = try? Disk.read(layout.ref(revision, of: repository), limit: 256) else { return nil }
    return CommitID(String(decoding: bytes, as: UTF8.self).filter { !$0.isWhitespace })
  }

  /// The commits that have a snapshot.
  public func commits() throws(HubError) -> [CommitID] {
    try Disk.names(in: layout.snapshots(of: repository)).compactMap { CommitID($0) }
  }

  /// The files that a snapshot has something for, in order; names that no hub could have given are left out.
  public func files(at commit: CommitID) throws(HubError) -> [RepositoryPath] {
    var files: [RepositoryPath] = []
    var folders = [""]
    let root = layout.snapshot(commit, of: repository)
    while let folder = folders.popLast() {
      for name in try Disk.names(in: root + "/" + folder) {
        let path = folder + name
        guard let file = try? RepositoryPath(path) else { continue }  // Absence: not a name of ours.
        switch try Disk.status(root + "/" + path)?.kind {
        case .directory: folders.append(path + "/")
        case nil: break
        default: files.append(file)
        }
      }
    }
    return files.sorted()
  }

  /// See ``Destination/local(_:_:commit:)``.
  public func local(
    _ file: RepositoryPath, _ revision: Revision, commit: CommitID? = nil
  ) throws(HubError) -> DownloadPlan.Local {
    let last = self.commit(of: revision)
    var local = DownloadPlan.Local(commit: last)
    for candidate in Set([last, commit].compactMap(\.self)) {
      switch try pointer(file, at: candidate) {
      case .good: local.present.insert(candidate)
      case .damaged(let reason) where candidate == last: local.damage = reason
      case .damaged: break
      case .missing:
        if try Disk.status(layout.absence(file, at: candidate, of: repository))?.kind == .file {
          local.absent.insert(candidate)
        }
      }
    }
    return local
  }

  /// What is at the place of a file in a snapshot.
  enum Pointer: Equatable {
    case missing
    case good
    case damaged(String)
  }

  /// Looks at a file of a snapshot without trusting it.
  func pointer(_ file: RepositoryPath, at commit: CommitID) throws(HubError) -> Pointer {
    let path = layout.pointer(file, at: commit, of: repository)
    guard let kind = try Disk.status(path)?.kind else { return .missing }
    if let link = try Disk.link(on: path, below: folder) {
      return .damaged("'\(link)' is a symbolic link, which is not followed")
    }
    switch kind {
    case .file:
      guard let flaw = try flaw(ofCopy: file, at: commit, path) else { return .good }
      return .damaged("'\(path)' \(flaw)")
    case .directory, .other: return .damaged("'\(path)' is not a file")
    case .link: break
    }
    guard let blob = Disk.target(ofLink: path).map({ Self.resolve($0, from: path) }),
      Disk.folder(of: blob) == layout.blobs(of: repository)
    else { return .damaged("'\(path)' leads out of the repository's folder") }
    guard let flaw = try flaw(ofBlob: blob) else { return .good }
    return .damaged("'\(blob)' \(flaw)")
  }

  /// Where a link at `path` leads, by the words of the paths alone.
  static func resolve(_ target: String, from path: String) -> String {
    var components = target.beginsWithBytes("/") ? [] : Disk.folder(of: path).pathComponents
    for component in target.pathComponents where component != "." {
      if component == ".." { _ = components.popLast() } else { components.append(component) }
    }
    return components.joined(separator: "/")
  }

  /// What is wrong with a file of a cache without links, in words that follow its name, or `nil`.
  ///
  /// Its name is no hash that could be asked for; but the listing of its commit says what it should be.
  private func flaw(ofCopy file: RepositoryPath, at commit: CommitID, _ path: String) throws(HubError) -> String? {
    guard let entry = listings.entry(of: file, at: commit, in: self),
      let content = try Descriptor(opening: path, O_RDONLY | O_NOFOLLOW, absenceIsError: false)
    else { return nil }
    let size = try content.status().size
    if size != entry.size { return "has \(size) bytes in place of \(entry.size)" }
    guard size <= Self.alwaysHashed, try content.hash(like: entry.etag) != entry.etag else { return nil }
    return "has a content that is not the one of its commit"
  }

  /// What is wrong with a blob, in words that follow its name, or `nil`.
  private func flaw(ofBlob path: String) throws(HubError) -> String? {
    guard var status = try Disk.status(path) else { return "is missing" }
    var content = path
    if status.kind == .link {
      guard let (shared, found) = try sharedBlob(behind: path) else { return "leads nowhere" }
      (content, status) = (shared, found)
    }
    guard status.kind == .file else { return "is not a file" }
    // A name that is no hash is some other client's; there is nothing to compare with.
    guard let etag = ETag(hex: path.pathComponents.last ?? "") else { return nil }
    // A record may be wrong too: where it contradicts the file, the hash decides.
    if status.size > Self.alwaysHashed, knownSize(etag).map({ $0 == status.size }) ?? true { return nil }
    guard let file = try Descriptor(opening: content, O_RDONLY | O_NOFOLLOW, absenceIsError: false) else {
      return "is missing"
    }
    guard try file.hash(like: etag) != etag else { return nil }
    guard let size = knownSize(etag), size != status.size else {
      return "has a content that is not the one of its name"
    }
    return "has \(status.size) bytes in place of \(size)"
  }

  /// The content of a blob that is a link into the store of the whole cache, in which newer Python clients keep some.
  private func sharedBlob(behind blob: String) throws(HubError) -> (path: String, status: Disk.Status)? {
    guard let target = Disk.target(ofLink: blob) else { return nil }
    let path = Self.resolve(target, from: blob)
    guard Disk.folder(of: Disk.folder(of: path)) == layout.sharedBlobs,
      try Disk.link(on: path, below: layout.sharedBlobs) == nil, let status = try Disk.status(path)
    else { return nil }
    return (path, status)
  }

  /// See ``Destination/content(_:size:of:)``.
  public func content(_ etag: ETag, size: Int64?, of file: RepositoryPath) throws(HubError) -> DownloadPlan.Content {
    let blob = layout.blob(etag, of: repository)
    if let status = try Disk.status(blob, followingLinks: true), status.kind == .file, try flaw(ofBlob: blob) == nil {
      if size == nil || size == status.size { return .whole }
    }
    guard let partial = try Disk.status(partialPath(etag, of: file)), partial.kind == .file, partial.size > 0 else {
      return .none
    }
    return .partial(partial.size)
  }

  /// The link in the snapshot.
  public func path(of file: RepositoryPath, at commit: CommitID) -> String {
    layout.pointer(file, at: commit, of: repository)
  }

  /// The lock that Python takes too.
  public func lockPath(_ etag: ETag, of file: RepositoryPath) -> String { layout.lock(etag, of: repository) }

  /// Beside the blob.
  public func partialPath(_ etag: ETag, of file: RepositoryPath) -> String { layout.partial(etag, of: repository) }

  /// Beside the snapshots.
  public func listingPath(of commit: CommitID) -> String { layout.tree(commit, of: repository) }

  // MARK: What gets here

  /// See ``Destination/partial(_:size:of:resuming:)``.
  public func partial(
    _ etag: ETag, size: Int64?, of file: RepositoryPath, resuming: Bool
  ) throws(HubError) -> PartialFile {
    let path = partialPath(etag, of: file)
    try prepare(path)
    return try PartialFile(at: path, etag: etag, size: size, resuming: resuming)
  }

  /// See ``Destination/publish(_:as:at:)``.
  public func publish(_ partial: PartialFile, as file: RepositoryPath, at commit: CommitID) throws(HubError) {
    let blob = layout.blob(partial.etag, of: repository)
    // Where locks do nothing another process may have been faster; then the blob is there, and equal.
    if try partial.isInPlace() {
      try prepare(blob)
      try Disk.rename(partial.path, to: blob, lasting: true)
    } else if try content(partial.etag, size: partial.size, of: file) != .whole {
      throw HubError(.cache(path: partial.path, reason: "another program has removed it; try again"))
    }
    try link(file, at: commit, to: partial.etag)
  }

  /// Makes the link of a snapshot, or a copy where there are no links.
  public func link(_ file: RepositoryPath, at commit: CommitID, to etag: ETag) throws(HubError) {
    let path = path(of: file, at: commit)
    try prepare(path)
    let target = CacheLayout.pointerTarget(file, etag)
    if !copies, try Disk.link(path, to: target, by: temporaryName()) { return }
    try Disk.copy(layout.blob(etag, of: repository), to: path, by: temporaryName())
  }

  /// Writes the ref, unless it says so already.
  public func record(_ revision: Revision, is commit: CommitID) throws(HubError) {
    guard revision.commit == nil, exactRef(revision) != commit else { return }
    try replace(layout.ref(revision, of: repository), with: Array(commit.hex.utf8))
  }

  /// See ``Destination/recordAbsence(of:at:)``.
  public func recordAbsence(of file: RepositoryPath, at commit: CommitID) throws(HubError) {
    let path = layout.absence(file, at: commit, of: repository)
    if try Disk.status(path) == nil { try replace(path, with: []) }
  }

  /// See ``Destination/record(listing:of:)``.
  public func record(listing: SnapshotListing, of commit: CommitID) throws(HubError) {
    try replace(listingPath(of: commit), with: Array(listing.text.utf8))
  }

  /// The commit in a ref that has exactly the form that Python reads: one with a line break is written anew.
  private func exactRef(_ revision: Revision) -> CommitID? {
    // Absence: an unreadable ref is none.
    guard let bytes = try? Disk.read(layout.ref(revision, of: repository), limit: 256) else { return nil }
    return CommitID(String(decoding: bytes, as: UTF8.self))
  }

  private func replace(_ path: String, with bytes: [UInt8]) throws(HubError) {
    try prepare(path)
    try Disk.replace(path, with: bytes, by: temporaryName())
  }

  /// Makes the folders of a file of ours, none of which may lead out of the repository's, and clears its place.
  ///
  /// A directory where a file of the cache should be has no business there; everything in a cache can be had again.
  private func prepare(_ path: String) throws(HubError) {
    try mark()
    if let link = try Disk.link(on: path, below: folder) {
      throw HubError(.cache(path: link, reason: "a symbolic link is where a directory should be; remove it"))
    }
    try Disk.makeDirectory(Disk.folder(of: path))
    try Disk.makeDirectory(layout.blobs(of: repository))
    if try Disk.status(path)?.kind == .directory { try Disk.remove(path) }
  }

  /// A name that every version of Python's client takes for the rest of an interrupted download, and `prune` removes.
  private func temporaryName() -> String { "\(layout.blobs(of: repository))/\(Disk.uniqueName()).incomplete" }

  /// Tells programs that make backups to leave the cache alone.
  private func mark() throws(HubError) {
    guard try Disk.status(layout.tag) == nil else { return }
    try Disk.replace(layout.tag, with: Array(CacheLayout.tagContent.utf8))
  }
}
