import Foundation
import HTTPTypes
import HubGit
import HubModel

/// A commit whose contents are in the repository, and which no tree holds yet.
struct CommitDraft: Sendable {
  /// What happens to a path; like an operation, its content being known by name.
  enum Change: Hashable, Sendable {
    case blob(RepositoryPath, GitObjectID)
    case pointer(RepositoryPath, LFSPointer)
    case removal(RepositoryPath)
    case folderRemoval(RepositoryPath)
    case copy(RepositoryPath, from: RepositoryPath, Revision?)
  }

  let header: CommitLine.Header
  let changes: [Change]

  /// The first line, a blank one, the rest.
  var message: String {
    header.description.isEmpty ? header.summary : header.summary + "\n\n" + header.description
  }

  /// The texts of `.gitattributes` that the commit puts in place, by directory.
  let attributes: [String: String]
}

/// Puts the contents of a commit where they belong: into git, or into LFS.
///
/// At most one file that goes into git is in memory at a time.
struct CommitContents {
  let repositories: Repositories
  let limits: TreeLimits
  let id: RepositoryID
  let caller: Account
  let contents: ServedFile?
  private var attributes: [String: String] = [:]
  private var rules: StorageRules

  init(
    _ service: HubService, _ id: RepositoryID, _ caller: Account, _ scanner: CommitScanner, tree: GitObjectID
  ) throws(HubError) {
    (repositories, limits) = (service.repositories, service.limits.tree)
    (self.id, self.caller, contents) = (id, caller, scanner.contents)
    for case .file(let path, let bytes) in scanner.operations where path.lastComponent == ".gitattributes" {
      guard bytes.length <= StorageRules.longestRules else { continue }
      let folder = path.components.dropLast().joined(separator: "/")
      attributes[folder] = String(decoding: try Self.read(bytes, scanner.contents), as: UTF8.self)
    }
    rules = StorageRules(of: tree, limits: service.limits.tree, attributes: attributes)
  }

  /// The draft, its contents stored.
  ///
  /// - Throws: ``Refusal`` for a pointer to an object that the caller may not name.
  mutating func draft(
    _ scanner: CommitScanner, _ header: CommitLine.Header, _ service: HubService, _ repository: borrowing GitRepository
  ) throws -> CommitDraft {
    var changes: [CommitDraft.Change] = []
    var named: [LFSPointer] = []
    for operation in scanner.operations {
      switch operation {
      case .file(let path, let bytes):
        let change = try store(path, bytes, repository)
        if case .pointer(_, let pointer) = change, bytes.length <= Int64(LFSPointer.maximumLength) {
          named.append(pointer)
        }
        changes.append(change)
      case .lfsFile(let path, let oid, let size):
        let pointer = try self.pointer(oid, size, path)
        named.append(pointer)
        changes.append(.pointer(path, pointer))
      case .deletedFile(let path): changes.append(.removal(path))
      case .deletedFolder(let path): changes.append(.folderRemoval(path))
      case .copyFile(let path, let source, let revision): changes.append(.copy(path, from: source, revision))
      }
    }
    try checkKnown(named, service, repository)
    return CommitDraft(header: header, changes: changes, attributes: attributes)
  }

  private mutating func store(
    _ path: RepositoryPath, _ bytes: SpooledBytes, _ repository: borrowing GitRepository
  ) throws(HubError) -> CommitDraft.Change {
    let head = SpooledBytes(offset: bytes.offset, length: min(bytes.length, Int64(LFSPointer.maximumLength)))
    let sample = try Self.read(head, contents)
    // Whoever writes a pointer names an object, in whatever clothes.
    if bytes.length == head.length, let pointer = LFSPointer(bytes: sample) { return .pointer(path, pointer) }
    guard try rules.belongsInLFS(path, size: bytes.length, sample: sample, repository) else {
      return .blob(path, try repository.addBlob(try Self.read(bytes, contents)))
    }
    let pointer = try repositories.objects.add { sink throws(HubError) in
      var offset = bytes.offset
      while offset < bytes.offset + bytes.length {
        let piece = SpooledBytes(offset: offset, length: min(1 << 20, bytes.offset + bytes.length - offset))
        let read = try Self.read(piece, contents)
        let written: Result<Void, HubError> = read.withUnsafeBytes { bytes in
          Result { () throws(HubError) in try sink(bytes) }
        }
        try written.get()
        offset += piece.length
      }
    }
    try LFSKnown(repositoryAt: repository.path).add(pointer.oid)
    return .pointer(path, pointer)
  }

  private func pointer(_ oid: String, _ size: Int64?, _ path: RepositoryPath) throws(Refusal) -> LFSPointer {
    let objects = repositories.objects.including(repositoryAt: repositories.path(of: id))
    guard let size = size ?? objects.size(of: oid), let pointer = LFSPointer(oid: oid, size: size) else {
      throw Self.missing(oid, path)
    }
    return pointer
  }

  private func checkKnown(
    _ named: [LFSPointer], _ service: HubService, _ repository: borrowing GitRepository
  ) throws {
    var missing = try service.unknown(named, in: id, for: caller)
    guard !missing.isEmpty else { return }
    // Repositories that git put there have no record: what their files stand for is theirs.
    missing = try service.unknown(missing, in: id, for: caller, besides: try pointers(repository))
    if let first = missing.first { throw Self.missing(first.oid, nil) }
  }

  /// The objects that the files of the default branch stand for.
  private func pointers(_ repository: borrowing GitRepository) throws(HubError) -> Set<String> {
    guard let head = try repository.head(),
      let entries = try repository.entries(in: head, recursive: true, limits: limits)
    else { return [] }
    return Set(try repository.contents(of: entries).compactMap { $0?.pointer?.oid })
  }

  private static func missing(_ oid: String, _ path: RepositoryPath?) -> Refusal {
    Refusal(
      .unprocessableContent,
      "The LFS object \(oid)\(path.map { " of \($0)" } ?? "") was not uploaded to this repository, or has another size; upload it before the commit"
    )
  }

  private static func read(_ bytes: SpooledBytes, _ file: ServedFile?) throws(HubError) -> [UInt8] {
    guard let file, bytes.length > 0 else { return [] }
    var (buffer, failure): ([UInt8], HubError?) = ([], nil)
    buffer = [UInt8](unsafeUninitializedCapacity: Int(bytes.length)) { raw, count in
      do throws(HubError) {
        try file.read(into: UnsafeMutableRawBufferPointer(raw), at: bytes.offset)
        count = raw.count
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return buffer
  }
}
