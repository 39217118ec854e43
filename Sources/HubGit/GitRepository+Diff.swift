internal import CGit2
public import HubModel

extension GitRepository {
  /// The difference between two commits as `git diff` prints it; cut after `limit` bytes.
  ///
  /// Of a file longer than a megabyte it says only that it differs.
  ///
  /// - Throws: `limitExceeded` for a tree beyond `limits`; `repository` if an object is damaged or missing.
  public borrowing func patch(
    from old: CommitID?, to new: CommitID, limit: Int, limits: TreeLimits = TreeLimits()
  ) throws(HubError) -> String {
    for commit in [old, new].compactMap(\.self) { try checkExtent(of: commit, limits: limits) }
    let diff = try diff(from: old, to: new)
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

  private borrowing func diff(from old: CommitID?, to new: CommitID) throws(HubError) -> Handle {
    var (oldTree, newTree) = (try tree(of: old).oid, try tree(of: new).oid)
    let before = try Handle("git_tree_lookup", free: git_tree_free) { git_tree_lookup(&$0, pointer, &oldTree) }
    let after = try Handle("git_tree_lookup", free: git_tree_free) { git_tree_lookup(&$0, pointer, &newTree) }
    var options = git_diff_options()
    try GitFailure.check(git_diff_options_init(&options, UInt32(GIT_DIFF_OPTIONS_VERSION)), "git_diff_options_init")
    options.max_size = 1 << 20
    return try Handle("git_diff_tree_to_tree", free: git_diff_free) {
      git_diff_tree_to_tree(&$0, pointer, before.pointer, after.pointer, &options)
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
