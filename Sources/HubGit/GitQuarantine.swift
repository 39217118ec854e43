internal import CGit2
internal import CLooseObjects
import Foundation
public import HubModel

/// The objects of a push, which git keeps in a directory of their own until its `pre-receive` hook agrees.
public struct GitQuarantine: ~Copyable {
  /// The repository as it would be: with the objects of the push, but without its refs.
  public let repository: GitRepository
  private let objects: Handle

  /// What is wrong with an object of a push.
  public enum Flaw: Hashable, Sendable {
    /// A file of this many bytes in git itself.
    case longFile(name: String, size: Int64)
    /// A pointer to an object of LFS that is not there.
    case unknownObject(name: String, LFSPointer)
    /// A name that no client could write to its disk.
    case unsafeName(String)
    /// A directory of this many bytes.
    case longDirectory(size: Int64)
    /// A commit or a tag of this many bytes.
    case longMessage(size: Int64)
  }

  /// The quarantine in the directory `path` of the bare repository at `repository`.
  ///
  /// - Throws: `repository` if one of them cannot be read.
  public init(at path: String, of repository: String) throws(HubError) {
    let opened = try GitRepository(bareAt: repository)
    let pushed = try Handle("git_odb_open", free: git_odb_free) { git_odb_open(&$0, path) }
    try GitFailure.check(loose_objects_add(pushed.pointer, path), "loose_objects_add")
    let all = try ObjectDatabase(opened)
    try GitFailure.check(git_odb_add_disk_alternate(all.pointer, path), "git_odb_add_disk_alternate")
    try GitFailure.check(loose_objects_add(all.pointer, path), "loose_objects_add")
    self.repository = opened
    objects = pushed
  }

  /// What is wrong with the objects of the push, a few flaws at most; empty if nothing is.
  ///
  /// Looks at the header of each object first, and only if none is too long at the content of trees and of what could be
  /// a pointer: an object that is stored as a difference cannot be read without those that it differs from.
  ///
  /// - Parameters:
  ///   - blobLimit: The longest file that git itself may hold, in bytes.
  ///   - limits: The bounds of directories.
  ///   - seconds: How long it may take.
  ///   - isKnown: Whether the repository may name an object of LFS.
  /// - Throws: `repository` if an object is damaged; `limitExceeded` if the time is over; what `isKnown` throws.
  public borrowing func flaws(
    blobLimit: Int64, limits: TreeLimits = TreeLimits(), seconds: Int = 3600,
    isKnown: (LFSPointer) throws(HubError) -> Bool
  ) throws(HubError) -> [Flaw] {
    let end = ContinuousClock.now + .seconds(seconds)
    func checkTime() throws(HubError) {
      guard ContinuousClock.now < end else { throw HubError(.limitExceeded("more work than \(seconds) seconds do")) }
    }
    let long = try longObjects(blobLimit: blobLimit, limits, checkTime)
    guard long.isEmpty else { return long }
    let all = try ObjectDatabase(repository)
    var flaws: [(blob: git_oid?, Flaw)] = []
    try forEach { id throws(HubError) in
      try checkTime()
      var id = id
      guard let (type, length) = try all.header(of: &id) else { return true }
      if type == GIT_OBJECT_TREE {
        flaws += try self.flaws(ofTree: &id, limits).map { (nil, $0) }
      } else if type == GIT_OBJECT_BLOB, length <= LFSPointer.maximumLength,
        let pointer = LFSPointer(bytes: try all.bytes(of: &id)), try !isKnown(pointer)
      {
        flaws.append((id, .unknownObject(name: "", pointer)))
      }
      return flaws.count < Self.enough
    }
    return flaws.isEmpty ? [] : try named(flaws, limits)
  }

  /// The objects that are too long by their headers.
  private borrowing func longObjects(
    blobLimit: Int64, _ limits: TreeLimits, _ checkTime: () throws(HubError) -> Void
  ) throws(HubError) -> [Flaw] {
    let all = try ObjectDatabase(repository)
    var (files, others): ([(blob: git_oid?, Flaw)], [Flaw]) = ([], [])
    try forEach { id throws(HubError) in
      try checkTime()
      var id = id
      guard let (type, length) = try all.header(of: &id) else { return true }
      let size = Int64(length)
      switch type {
      case GIT_OBJECT_BLOB:
        if size > blobLimit, files.count < Self.enough { files.append((id, .longFile(name: "", size: size))) }
      case GIT_OBJECT_TREE: if length > limits.bytesPerDirectory { others.append(.longDirectory(size: size)) }
      default: if length > GitRepository.commitLimit { others.append(.longMessage(size: size)) }
      }
      return others.count < Self.enough
    }
    // Where a directory is too long none is read, not even for the names of files.
    return others.isEmpty ? (files.isEmpty ? [] : try named(files, limits)) : others
  }

  /// Removes quarantines of the bare repository at `repository` that nobody has touched for `seconds`.
  ///
  /// git removes its own, but not when it is ended by a signal.
  public static func sweep(_ repository: String, olderThan seconds: Int64) {
    let objects = repository + "/objects"
    // Absence: there is no such repository.
    for name in (try? FileManager.default.contentsOfDirectory(atPath: objects)) ?? []
    where name.hasPrefix("tmp_objdir-") || name.hasPrefix("incoming-") {
      removeOld(objects + "/" + name, seconds: seconds)
    }
  }

  /// More flaws than anybody reads.
  private static var enough: Int { 10 }

  private borrowing func flaws(ofTree id: inout git_oid, _ limits: TreeLimits) throws(HubError) -> [Flaw] {
    let tree = try repository.directory(&id, limits)
    for index in 0..<git_tree_entrycount(tree.pointer) {
      guard let entry = git_tree_entry_byindex(tree.pointer, index), let bytes = git_tree_entry_name(entry) else {
        continue
      }
      guard let name = String(validatingCString: bytes), !name.utf8.contains(UInt8(ascii: "/")),
        (try? RepositoryPath(name)) != nil  // absence: the name is the flaw
      else { return [.unsafeName(String(cString: bytes))] }
    }
    return []
  }

  /// The flaws with the names that the trees of the push have for their blobs.
  private borrowing func named(_ flaws: [(blob: git_oid?, Flaw)], _ limits: TreeLimits) throws(HubError) -> [Flaw] {
    let blobs = Set(flaws.compactMap { $0.blob.map { GitObjectID($0) } })
    var names: [GitObjectID: String] = [:]
    let all = try ObjectDatabase(repository)
    try forEach { id throws(HubError) in
      var id = id
      guard let (type, length) = try all.header(of: &id), type == GIT_OBJECT_TREE, length <= limits.bytesPerDirectory
      else { return true }
      let tree = try repository.directory(&id, limits)
      for index in 0..<git_tree_entrycount(tree.pointer) {
        guard let entry = git_tree_entry_byindex(tree.pointer, index) else { continue }
        let blob = GitObjectID(git_tree_entry_id(entry).pointee)
        if blobs.contains(blob) { names[blob] = String(cString: git_tree_entry_name(entry)) }
      }
      return names.count < blobs.count
    }
    return flaws.map { blob, flaw in
      let name = blob.flatMap { names[GitObjectID($0)] ?? $0.hexadecimal }
      switch (flaw, name) {
      case (.longFile(_, let size), let name?): return .longFile(name: name, size: size)
      case (.unknownObject(_, let pointer), let name?): return .unknownObject(name: name, pointer)
      default: return flaw
      }
    }
  }

  /// Calls `visit` with the name of each object of the push until it answers `false`.
  private borrowing func forEach(_ visit: (git_oid) throws(HubError) -> Bool) throws(HubError) {
    try withoutActuallyEscaping(visit) { visit throws(HubError) in
      let visitor = Visitor(visit)
      let result = git_odb_foreach(
        objects.pointer,
        { id, payload in
          // Both are given by the call below and by libgit2's contract.
          Unmanaged<Visitor>.fromOpaque(payload!).takeUnretainedValue().takes(id!.pointee) ? 0 : 1
        }, Unmanaged.passUnretained(visitor).toOpaque())
      if let failure = visitor.failure { throw failure }
      try GitFailure.check(min(result, 0), "git_odb_foreach")
    }
  }

  /// What the callback of `git_odb_foreach` needs; lives as long as the call.
  private final class Visitor {
    let visit: (git_oid) throws(HubError) -> Bool
    var failure: HubError?

    init(_ visit: @escaping (git_oid) throws(HubError) -> Bool) { self.visit = visit }

    func takes(_ id: git_oid) -> Bool {
      do throws(HubError) {
        return try visit(id)
      } catch {
        failure = error
        return false
      }
    }
  }
}

extension git_oid {
  fileprivate var hexadecimal: String { GitObjectID(self).hex }
}
