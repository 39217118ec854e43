import Crypto
import Foundation
public import HubModel

/// A directory of the user's that holds the files of one repository as plain files: `local_dir`.
///
///     DIRECTORY/unet/config.json                                             the file itself
///     DIRECTORY/.cache/huggingface/.gitignore                                "*"
///     DIRECTORY/.cache/huggingface/download/unet/config.json.metadata        commit, etag, time: a line each
///     DIRECTORY/.cache/huggingface/download/unet/config.json.lock            flock(2), as Python's
///     DIRECTORY/.cache/huggingface/download/unet/HASH.<etag>.incomplete      while it arrives
///     DIRECTORY/.cache/huggingface/trees/<commit>.json                       the listing of a commit
///
/// A file that the user has changed is replaced by a download of another content, as Python does, but only once the new
/// one is whole and verified. A file whose content is the one asked for is never fetched again, whatever its records say.
public struct LocalFolder: Destination {
  /// The directory, without a slash at the end.
  public let root: String
  /// Whose files they are.
  public let repository: RepositoryID
  /// A cache that may have the content already, from which it is copied then.
  public let donor: RepositoryCache?

  /// The directory `root`, which need not be there yet.
  public init(_ root: String, _ repository: RepositoryID, donor: RepositoryCache? = nil) {
    (self.root, self.repository, self.donor) = (CacheLayout(root: root).root, repository, donor)
  }

  /// The records of the downloads.
  private var records: String { root + "/.cache/huggingface" }

  private func record(_ file: RepositoryPath, _ suffix: String) -> String {
    "\(records)/download/\(file.text).\(suffix)"
  }

  // MARK: What is here

  /// What the record of a file says.
  struct Record: Equatable {
    var commit: CommitID
    var etag: ETag
    /// When it was written, in seconds since 1970.
    var time: Double
  }

  /// The record of a file, or `nil` if there is none, or none that can be read.
  func record(of file: RepositoryPath) -> Record? {
    // Absence: without a record the file's own hash decides.
    guard let bytes = try? Disk.read(record(file, "metadata"), limit: 4096) else { return nil }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count >= 3, let commit = CommitID(lines[0]), let etag = ETag(hex: lines[1]), let time = Double(lines[2])
    else { return nil }
    return Record(commit: commit, etag: etag, time: time)
  }

  /// See ``Destination/local(_:_:commit:)``; only a full commit can be answered without the hub, as a directory has no
  /// refs.
  public func local(
    _ file: RepositoryPath, _ revision: Revision, commit: CommitID? = nil
  ) throws(HubError) -> DownloadPlan.Local {
    let record = record(of: file)
    // Offline, and for want of a better answer, the directory is what it was when the file was fetched.
    let last = revision.commit ?? record?.commit
    var local = DownloadPlan.Local(commit: last)
    guard let record, record.commit == last, try holds(record.etag, size: nil, in: file) else { return local }
    local.present = [record.commit]
    return local
  }

  /// See ``Destination/content(_:size:of:)``.
  public func content(_ etag: ETag, size: Int64?, of file: RepositoryPath) throws(HubError) -> DownloadPlan.Content {
    if try holds(etag, size: size, in: file) { return .whole }
    if let donor, try donor.content(etag, size: size, of: file) == .whole { return .whole }
    guard let partial = try Disk.status(partialPath(etag, of: file)), partial.kind == .file, partial.size > 0 else {
      return .none
    }
    return .partial(partial.size)
  }

  /// Whether the file has this content.
  ///
  /// A large file is believed to be what its record says if it has not been written since; every other one is hashed.
  private func holds(_ etag: ETag, size: Int64?, in file: RepositoryPath) throws(HubError) -> Bool {
    let path = path(of: file)
    guard let status = try Disk.status(path), status.kind == .file, size == nil || size == status.size else {
      return false
    }
    if status.size > RepositoryCache.alwaysHashed, let record = record(of: file), status.modified <= record.time {
      return record.etag == etag
    }
    guard let file = try Descriptor(opening: path, O_RDONLY | O_NOFOLLOW, absenceIsError: false) else { return false }
    return try file.hash(like: etag) == etag
  }

  /// The file itself, whatever the commit.
  public func path(of file: RepositoryPath, at commit: CommitID) -> String { path(of: file) }

  private func path(of file: RepositoryPath) -> String { "\(root)/\(file.text)" }

  /// The lock that Python takes too.
  public func lockPath(_ etag: ETag, of file: RepositoryPath) -> String { record(file, "lock") }

  /// Python's name: a hash stands for the file's, which may be as long as the file system allows.
  public func partialPath(_ etag: ETag, of file: RepositoryPath) -> String {
    "\(Disk.folder(of: record(file, "metadata")))/\(Self.shortHash(file)).\(etag.hex).incomplete"
  }

  /// Among the records.
  public func listingPath(of commit: CommitID) -> String { "\(records)/trees/\(commit.hex).json" }

  private static func shortHash(_ file: RepositoryPath) -> String {
    Data(Insecure.SHA1.hash(data: Data("\(file.lastComponent).metadata".utf8))).base64EncodedString()
      .replacing("+", with: "-").replacing("/", with: "_")
  }

  // MARK: What gets here

  /// See ``Destination/partial(_:size:of:resuming:)``; what was left of another content of this file is removed.
  public func partial(
    _ etag: ETag, size: Int64?, of file: RepositoryPath, resuming: Bool
  ) throws(HubError) -> PartialFile {
    try prepare(file)
    let path = partialPath(etag, of: file)
    let folder = Disk.folder(of: path)
    let (ours, wanted) = ("\(Self.shortHash(file)).", "\(Self.shortHash(file)).\(etag.hex).")
    for name in try Disk.names(in: folder) where name.hasPrefix(ours) && !name.hasPrefix(wanted) {
      if name.hasSuffix(".incomplete") { try Disk.remove("\(folder)/\(name)") }
    }
    return try PartialFile(at: path, etag: etag, size: size, resuming: resuming)
  }

  /// See ``Destination/publish(_:as:at:)``.
  public func publish(_ partial: PartialFile, as file: RepositoryPath, at commit: CommitID) throws(HubError) {
    try prepare(file)
    if try partial.isInPlace() {
      try Disk.rename(partial.path, to: path(of: file), lasting: true)
    } else if try !holds(partial.etag, size: partial.size, in: file) {
      throw HubError(.cache(path: partial.path, reason: "another program has removed it; try again"))
    }
    try record(file, at: commit, partial.etag)
  }

  /// Copies the content from the cache, unless the file has it, and renews the record.
  public func link(_ file: RepositoryPath, at commit: CommitID, to etag: ETag) throws(HubError) {
    if try !holds(etag, size: nil, in: file) {
      guard let donor else {
        throw HubError(.cache(path: path(of: file), reason: "another program has changed it; try again"))
      }
      try prepare(file)
      let temporary = "\(Disk.folder(of: partialPath(etag, of: file)))/\(Disk.uniqueName()).incomplete"
      try Disk.copy(donor.layout.blob(etag, of: repository), to: path(of: file), by: temporary)
    }
    try record(file, at: commit, etag)
  }

  private func record(_ file: RepositoryPath, at commit: CommitID, _ etag: ETag) throws(HubError) {
    let lines = "\(commit.hex)\n\(etag.hex)\n\(Date().timeIntervalSince1970)\n"
    try Disk.replace(record(file, "metadata"), with: Array(lines.utf8))
  }

  /// Makes the directories of a file and of its records, none of which may be a link to somewhere else.
  private func prepare(_ file: RepositoryPath) throws(HubError) {
    for path in [path(of: file), record(file, "metadata")] {
      if let link = try Disk.link(on: path, below: root) {
        throw HubError(.unsafePath(file.text, reason: "'\(link)' is a symbolic link, which is not followed"))
      }
      try Disk.makeDirectory(Disk.folder(of: path))
    }
    for (name, content) in [(".gitignore", "*"), ("CACHEDIR.TAG", CacheLayout.tagContent)] {
      let path = "\(records)/\(name)"
      if try Disk.status(path) == nil { try Disk.replace(path, with: Array(content.utf8)) }
    }
  }

  /// See ``Destination/record(listing:of:)``.
  public func record(listing: SnapshotListing, of commit: CommitID) throws(HubError) {
    let path = listingPath(of: commit)
    if try Disk.status(path)?.kind == .directory { try Disk.remove(path) }
    try Disk.replace(path, with: Array(listing.text.utf8))
  }

  /// Nothing: a directory has no refs.
  public func record(_ revision: Revision, is commit: CommitID) {}

  /// Nothing: only a cache remembers what is not there.
  public func recordAbsence(of file: RepositoryPath, at commit: CommitID) {}
}
