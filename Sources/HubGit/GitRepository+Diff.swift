internal import CGit2
public import HubModel

extension GitRepository {
  /// The files named `name`, in whatever directory, that `new` has and `old` has not, or has with another content.
  ///
  /// - Parameter old: The commit before, or `nil` for an empty one.
  /// - Throws: `repository` if an object is damaged or missing.
  public borrowing func changedFiles(
    named name: String, from old: CommitID?, to new: CommitID
  ) throws(HubError) -> [GitEntry] {
    var entries: [GitEntry] = []
    let diff = try diff(from: old, to: new, paths: [name, "*/" + name])
    for index in 0..<git_diff_num_deltas(diff.pointer) {
      guard let delta = git_diff_get_delta(diff.pointer, index)?.pointee, delta.status != GIT_DELTA_DELETED else {
        continue
      }
      guard let text = delta.new_file.path.flatMap({ String(validatingCString: $0) }),
        let path = try? RepositoryPath(text),  // absence: a hostile name, which is not served either
        path.lastComponent == name, let entry = try entry(at: path, in: new), entry.kind == .file
      else { continue }
      entries.append(entry)
    }
    return entries
  }

  /// The difference between two commits as `git diff` prints it; cut after `limit` bytes.
  ///
  /// Of a file longer than a megabyte it says only that it differs.
  public borrowing func patch(from old: CommitID?, to new: CommitID, limit: Int) throws(HubError) -> String {
    let diff = try diff(from: old, to: new, paths: [])
    var collector = PatchCollector(limit: limit)
    let result = withUnsafeMutablePointer(to: &collector) { collector in
      git_diff_print(
        diff.pointer, GIT_DIFF_FORMAT_PATCH,
        { _, _, line, payload in
          // Both are there as long as the call lasts: libgit2's line, and the variable of this function.
          guard let line, let collector = payload?.assumingMemoryBound(to: PatchCollector.self) else { return 0 }
          return collector.pointee.add(line.pointee) ? 0 : GIT_EUSER.rawValue
        }, collector)
    }
    if result != GIT_EUSER.rawValue { try GitFailure.check(result, "git_diff_print") }
    git_error_clear()
    return String(decoding: collector.bytes, as: UTF8.self)
  }

  private borrowing func diff(from old: CommitID?, to new: CommitID, paths: [String]) throws(HubError) -> Handle {
    var (oldTree, newTree) = (try tree(of: old).oid, try tree(of: new).oid)
    let before = try Handle("git_tree_lookup", free: git_tree_free) { git_tree_lookup(&$0, pointer, &oldTree) }
    let after = try Handle("git_tree_lookup", free: git_tree_free) { git_tree_lookup(&$0, pointer, &newTree) }
    var options = git_diff_options()
    try GitFailure.check(git_diff_options_init(&options, UInt32(GIT_DIFF_OPTIONS_VERSION)), "git_diff_options_init")
    options.max_size = 1 << 20
    let names = CStrings(paths)
    var pointers = names.pointers.map { Optional($0) }
    let count = pointers.count
    var made: OpaquePointer?
    let result = pointers.withUnsafeMutableBufferPointer { list in
      options.pathspec = git_strarray(strings: list.baseAddress, count: count)
      return git_diff_tree_to_tree(&made, pointer, before.pointer, after.pointer, &options)
    }
    withExtendedLifetime(names) {}
    return try Handle("git_diff_tree_to_tree", free: git_diff_free) {
      $0 = made
      return result
    }
  }
}

/// The bytes of a patch up to a limit.
private struct PatchCollector {
  let limit: Int
  private(set) var bytes: [UInt8] = []

  init(limit: Int) { self.limit = limit }

  /// Adds a line; `false` once there is enough.
  mutating func add(_ line: git_diff_line) -> Bool {
    let origin = UInt8(bitPattern: line.origin)
    if [UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: " ")].contains(origin) { bytes.append(origin) }
    if let content = line.content {
      bytes += UnsafeRawBufferPointer(start: content, count: line.content_len)
    }
    return bytes.count < limit
  }
}
