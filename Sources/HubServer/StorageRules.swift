import HubGit
import HubModel

/// Which files of a commit belong in LFS, and which are left out: what the repository says, and how large they are.
struct StorageRules {
  /// The longest text that is kept in git itself, in bytes.
  static let longestText: Int64 = 10 << 20
  /// The longest other content that is kept in git itself, in bytes.
  static let longestBinary: Int64 = 1 << 20
  /// The longest `.gitattributes` or `.gitignore` that is read, in bytes.
  static let longestRules = 1 << 20
  /// As many bytes of a file as tell whether it is text: clients send them with the question.
  static let sampleLength = 512

  private let tree: GitObjectID
  private let limits: TreeLimits
  private var attributes: [String: GitAttributes]
  private var ignored: [String: GitIgnore]

  /// The rules of a tree.
  ///
  /// - Parameters:
  ///   - attributes: Texts of `.gitattributes` that a commit is about to put in place, by directory (`""` is the root).
  ///   - ignored: The text of the root's `.gitignore`, likewise.
  init(of tree: GitObjectID, limits: TreeLimits, attributes: [String: String] = [:], ignored: String? = nil) {
    (self.tree, self.limits) = (tree, limits)
    self.attributes = attributes.mapValues { GitAttributes($0) }
    self.ignored = ignored.map { ["": GitIgnore($0)] } ?? [:]
  }

  /// Whether a line of some `.gitattributes` puts the file into LFS; the one nearest to it counts.
  mutating func isCovered(_ path: RepositoryPath, _ repository: borrowing GitRepository) throws(HubError) -> Bool {
    for (folder, rest) in path.folders {
      if attributes[folder] == nil {
        attributes[folder] = GitAttributes(try text(".gitattributes", in: folder, repository) ?? "")
      }
      if let isLFS = attributes[folder]?.isLFS(rest) { return isLFS }
    }
    return false
  }

  /// Whether some `.gitignore` leaves the file out.
  mutating func isIgnored(_ path: RepositoryPath, _ repository: borrowing GitRepository) throws(HubError) -> Bool {
    for (folder, rest) in path.folders {
      if ignored[folder] == nil { ignored[folder] = GitIgnore(try text(".gitignore", in: folder, repository) ?? "") }
      if ignored[folder]?.ignores(rest) == true { return true }
    }
    return false
  }

  /// Whether a file belongs in LFS. An empty one never does, nor do git's own files of rules.
  mutating func belongsInLFS(
    _ path: RepositoryPath, size: Int64, sample: some Collection<UInt8>, _ repository: borrowing GitRepository
  ) throws(HubError) -> Bool {
    guard size > 0, ![".gitattributes", ".gitignore"].contains(path.lastComponent) else { return false }
    if size > Self.longestText || (size > Self.longestBinary && sample.prefix(Self.sampleLength).contains(0)) {
      return true
    }
    return try isCovered(path, repository)
  }

  /// A file of rules, if it is there; one that is no text, or too long, has none.
  private func text(
    _ name: String, in folder: String, _ repository: borrowing GitRepository
  ) throws(HubError) -> String? {
    let path = try RepositoryPath(name, in: folder)
    guard let entry = try repository.entry(at: path, inTree: tree, limits: limits), entry.kind == .file,
      let content = try repository.contents(of: [entry])[0], content.blobSize <= Self.longestRules
    else { return nil }
    return String(decoding: try repository.bytes(of: entry.id, limit: Self.longestRules), as: UTF8.self)
  }
}

extension RepositoryPath {
  /// The directories that the path is in, the nearest first and the root, `""`, last, and what is left of the path there.
  fileprivate var folders: [(folder: String, rest: String)] {
    let components = components
    return components.indices.reversed().map { index in
      (components[..<index].joined(separator: "/"), components[index...].joined(separator: "/"))
    }
  }
}
