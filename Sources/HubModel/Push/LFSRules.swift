/// Which files go to LFS by the `.gitattributes` files of a repository: its root's, and those of its directories.
///
/// A file nearer to the path counts before one further up (gitattributes(5)).
public struct LFSRules: Hashable, Sendable {
  /// The rules by the directory of their file; the root's is `nil`.
  private var files: [RepositoryPath?: GitAttributes] = [:]

  /// No rules: nothing goes to LFS.
  public init() {}

  /// The name of the files with the rules.
  public static let fileName = ".gitattributes"

  /// Sets the rules of the file in `directory`, `nil` for the root.
  public mutating func set(_ text: String, in directory: RepositoryPath? = nil) {
    files[directory] = GitAttributes(text)
  }

  /// Whether the file at `path` goes to LFS.
  public func isLFS(_ path: RepositoryPath) -> Bool {
    for directory in path.folders {
      let rest = String(Substring(path.text.utf8.dropFirst(directory.text.utf8.count + 1)))
      if let answer = files[directory]?.isLFS(rest) { return answer }
    }
    return files[nil]?.isLFS(path.text) ?? false
  }
}
