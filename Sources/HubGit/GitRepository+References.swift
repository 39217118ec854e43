internal import CGit2
public import HubModel

/// A branch, a tag or another ref, and the commit it leads to.
public struct GitReference: Hashable, Sendable {
  /// The full name: `refs/heads/main`.
  public let name: String
  /// The commit, behind the tag object if there is one.
  public let commit: CommitID

  /// A ref and its commit.
  public init(name: String, commit: CommitID) { (self.name, self.commit) = (name, commit) }
}

/// What a ref must be at the moment when it is changed; whoever asks for less risks somebody else's commit.
public enum ExpectedReference: Hashable, Sendable {
  /// It points to this commit.
  case commit(CommitID)
  /// It does not exist.
  case absent
}

extension GitRepository {
  /// The most refs that are listed.
  public static var referenceLimit: Int { 100_000 }

  /// The refs that lead to a commit, by name; those that lead elsewhere, or nowhere, are left out.
  ///
  /// - Throws: `limitExceeded` beyond ``referenceLimit`` refs.
  public borrowing func references() throws(HubError) -> [GitReference] {
    let iterator = try Handle("git_reference_iterator_new", free: git_reference_iterator_free) {
      git_reference_iterator_new(&$0, pointer)
    }
    var names: [String] = []
    var name: UnsafePointer<CChar>?
    while try GitFailure.found(git_reference_next_name(&name, iterator.pointer), "git_reference_next_name") {
      if let text = name.flatMap({ String(validatingCString: $0) }) { names.append(text) }
      guard names.count <= Self.referenceLimit else {
        throw HubError(.limitExceeded("more than \(Self.referenceLimit) refs"))
      }
    }
    var references: [GitReference] = []
    for name in names.sorted() {
      if let commit = try commit(ofReference: name) { references.append(GitReference(name: name, commit: commit)) }
    }
    return references
  }

  /// Points the ref `name` to `commit`, if it is as expected (compare and swap).
  ///
  /// - Throws: `conflict` if it is not; `invalidArgument` if git forbids the name.
  public borrowing func setReference(
    _ name: String, to commit: CommitID, expecting expected: ExpectedReference
  ) throws(HubError) {
    try Self.checkReferenceName(name)
    var id = commit.oid
    _ = try Handle("git_reference_create_matching", free: git_reference_free) { made in
      switch expected {
      case .absent: return git_reference_create(&made, pointer, name, &id, 0, nil)
      case .commit(let current):
        var current = current.oid
        let result = git_reference_create_matching(&made, pointer, name, &id, 1, &current, nil)
        // A ref that has gone is one that changed.
        return result == GIT_ENOTFOUND.rawValue ? GIT_EMODIFIED.rawValue : result
      }
    }
  }

  /// Deletes the ref `name`, if it is as expected (compare and swap).
  ///
  /// - Throws: `conflict` if it is not at `commit`.
  public borrowing func removeReference(_ name: String, expecting commit: CommitID) throws(HubError) {
    let reference = try Handle.existing("git_reference_lookup", free: git_reference_free) {
      git_reference_lookup(&$0, pointer, name)
    }
    guard let reference, try self.commit(ofReference: name) == commit else {
      throw HubError(.conflict("\(name) is not at \(commit)"))
    }
    // Compares with what was looked up.
    try GitFailure.check(git_reference_delete(reference.pointer), "git_reference_delete")
  }

  /// Refuses names that git forbids.
  ///
  /// - Throws: `invalidArgument`.
  static func checkReferenceName(_ name: String) throws(HubError) {
    var isValid: CInt = 0
    try GitFailure.check(git_reference_name_is_valid(&isValid, name), "git_reference_name_is_valid")
    guard isValid == 1, name.beginsWithBytes("refs/") else {
      throw HubError(.invalidArgument(name: "ref", value: name, reason: "git does not allow the name"))
    }
  }
}
