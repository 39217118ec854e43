import HubGit
import HubModel

/// The refs of a remote, as far as it was asked for them.
struct RemoteReferences: Hashable, Sendable {
  /// What each ref points to, by full name, `HEAD` among them; a tag's own object for an annotated tag.
  private(set) var commits: [String: CommitID] = [:]
  /// The branch that `HEAD` stands for, if the server says it, whether it exists or not.
  var head: String?

  /// No ref.
  init() {}

  /// Where `name` points to.
  subscript(name: String) -> CommitID? { commits[name] }

  /// The branch that `HEAD` stands for, guessed from what it points to as git did before servers said it.
  var guessedHead: String? {
    guard let commit = commits["HEAD"] else { return nil }
    let branches = commits.filter { $0.value == commit && $0.key.hasPrefix("refs/heads/") }.map(\.key).sorted()
    return ["refs/heads/main", "refs/heads/master"].first(where: branches.contains) ?? branches.first
  }

  /// Reads `OID NAME`, a line of version 0; the lines about nothing (`capabilities^{}`) and behind tags (`^{}`) are
  /// passed over.
  ///
  /// - Throws: As ``add(_:_:)``.
  mutating func add(line: Substring) throws(HubError) {
    let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else { throw Self.unreadable(line) }
    if !parts[1].hasSuffix("^{}") { try add(parts[0], parts[1]) }
  }

  /// Reads `OID NAME [symref-target:NAME] [peeled:OID]`, a line of the answer to `ls-refs` in version 2, or
  /// `unborn HEAD symref-target:NAME` for a branch that does not exist yet.
  mutating func add(listed line: String) throws(HubError) {
    let words = line.split(separator: " ")
    guard words.count >= 2 else { throw Self.unreadable(Substring(line)) }
    if words[0] != "unborn" { try add(words[0], words[1]) }
    let marker = "symref-target:"
    if words[1] == "HEAD", let target = words.dropFirst(2).first(where: { $0.hasPrefix(marker) }) {
      head = String(target.dropFirst(marker.count))
    }
  }

  /// - Throws: `protocolViolation` for what is no line of refs; `limitExceeded` beyond the number of refs that a
  ///   repository of ours may have.
  private mutating func add(_ id: Substring, _ name: Substring) throws(HubError) {
    guard let commit = CommitID(id), !name.isEmpty else { throw Self.unreadable(id + " " + name) }
    commits[String(name)] = commit
    guard commits.count <= GitRepository.referenceLimit else {
      throw HubError(.limitExceeded("more than \(GitRepository.referenceLimit) refs"))
    }
  }

  private static func unreadable(_ line: Substring) -> HubError {
    HubError(.protocolViolation("'\(line.prefix(80))' is no line of a list of refs"))
  }
}
