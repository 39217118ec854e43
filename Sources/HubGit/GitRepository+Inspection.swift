internal import CGit2
public import HubModel

/// What a repository consists of, looked at object by object.
public struct GitInspection: Hashable, Sendable {
  /// What is wrong, in words.
  public fileprivate(set) var flaws: [String] = []
  /// The pointers of git LFS that some ref leads to, in any commit of its history.
  public fileprivate(set) var pointers: Set<LFSPointer> = []
  /// How many objects the refs lead to.
  public fileprivate(set) var objects = 0

  /// The most flaws that are told one by one.
  public static let flawLimit = 100
}

extension GitRepository {
  /// Reads everything that the refs lead to and compares each object with its name.
  ///
  /// Objects that no ref leads to do not count: they are what is left of writes that were not finished, and git collects
  /// them. One object is in memory at a time, whatever there is.
  ///
  /// - Throws: `repository` if not even the refs can be read.
  public borrowing func inspect() throws(HubError) -> GitInspection {
    var walk = try InspectionWalk(self)
    for reference in try references() { walk.todo.append((reference.commit.oid, GIT_OBJECT_COMMIT)) }
    for name in try brokenReferences() { walk.add("the ref \(name) leads to nothing") }
    while let (id, type) = walk.todo.popLast() { walk.visit(id, type) }
    return walk.result
  }

  /// The refs that lead to no commit.
  private borrowing func brokenReferences() throws(HubError) -> [String] {
    let good = Set(try references().map(\.name))
    let iterator = try Handle("git_reference_iterator_new", free: git_reference_iterator_free) {
      git_reference_iterator_new(&$0, pointer)
    }
    var broken: [String] = []
    var name: UnsafePointer<CChar>?
    while try GitFailure.found(git_reference_next_name(&name, iterator.pointer), "git_reference_next_name") {
      if let text = name.flatMap({ String(validatingCString: $0) }), !good.contains(text) { broken.append(text) }
    }
    return broken
  }
}

/// A walk from the refs over everything they lead to.
private struct InspectionWalk: ~Copyable {
  let objects: ObjectDatabase
  var todo: [(git_oid, git_object_t)] = []
  var result = GitInspection()
  private var seen: Set<GitObjectID> = []

  init(_ repository: borrowing GitRepository) throws(HubError) { objects = try ObjectDatabase(repository) }

  mutating func add(_ flaw: String) {
    if result.flaws.count < GitInspection.flawLimit { result.flaws.append(flaw) }
  }

  /// Reads an object, which compares it with its name, and notes what it leads to.
  mutating func visit(_ id: git_oid, _ type: git_object_t) {
    guard seen.insert(GitObjectID(id)).inserted else { return }
    result.objects += 1
    do throws(HubError) {
      var id = id
      let object = try objects.read(&id)
      guard git_odb_object_type(object.pointer) == type else {
        throw HubError(.repository(reason: "it is of another type than expected"))
      }
      let bytes = UnsafeRawBufferPointer(
        start: git_odb_object_data(object.pointer), count: git_odb_object_size(object.pointer))
      switch type {
      case GIT_OBJECT_COMMIT: try readCommit(bytes)
      case GIT_OBJECT_TREE: try readTree(bytes)
      default: if let pointer = LFSPointer(bytes: bytes) { result.pointers.insert(pointer) }
      }
    } catch {
      add("the object \(GitObjectID(id)) cannot be used: \(error.description)")
    }
  }

  /// The header of a commit: `tree ID`, `parent ID`…, until a line of another kind (gitformat-commit).
  private mutating func readCommit(_ bytes: UnsafeRawBufferPointer) throws(HubError) {
    let lines = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 1 << 12, omittingEmptySubsequences: false)
    guard let tree = lines.first, let id = Self.id(tree, after: "tree ") else {
      throw HubError(.repository(reason: "it is a commit without a tree"))
    }
    todo.append((id, GIT_OBJECT_TREE))
    for line in lines.dropFirst() {
      guard let parent = Self.id(line, after: "parent ") else { break }
      todo.append((parent, GIT_OBJECT_COMMIT))
    }
  }

  private static func id(_ line: Slice<UnsafeRawBufferPointer>, after word: String) -> git_oid? {
    guard line.starts(with: word.utf8) else { return nil }
    return CommitID(String(decoding: line.dropFirst(word.utf8.count), as: UTF8.self))?.oid
  }

  /// The entries of a tree: `MODE NAME\0` and twenty bytes each; those of submodules lead elsewhere.
  private mutating func readTree(_ bytes: UnsafeRawBufferPointer) throws(HubError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      guard let space = rest.firstIndex(of: UInt8(ascii: " ")), let end = rest[space...].firstIndex(of: 0),
        rest.endIndex - end > 20
      else { throw HubError(.repository(reason: "it is a tree that is cut short")) }
      let mode = String(decoding: rest[..<space], as: UTF8.self)
      var id = git_oid()
      let raw = Array(rest[(end + 1)...(end + 20)])
      git_oid_fromraw(&id, raw)
      if mode != "160000" { todo.append((id, mode == "40000" ? GIT_OBJECT_TREE : GIT_OBJECT_BLOB)) }
      rest = rest[(end + 21)...]
    }
  }
}
