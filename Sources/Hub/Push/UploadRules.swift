import HubModel

/// Which files go to LFS, where there is nobody to ask: the rules of `.gitattributes`, and a limit on length.
struct UploadRules: Sendable {
  var rules: LFSRules

  /// The longest file that git holds, in bytes; the limit of the public hub.
  static let sizeLimit: Int64 = 10 << 20

  func modes(of files: [(path: RepositoryPath, identity: ContentIdentity)]) -> [RepositoryPath: UploadMode] {
    let pairs = files.map { file -> (RepositoryPath, UploadMode) in
      let isLarge = rules.isLFS(file.path) || file.identity.size > Self.sizeLimit
      // LFS has no empty objects.
      return (file.path, isLarge && file.identity.size > 0 ? .lfs : .regular)
    }
    return Dictionary(pairs) { first, _ in first }
  }
}
