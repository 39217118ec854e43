import HubCache
import HubModel
import LFSClient

/// "Commits" to a plain directory: the files are written there, each as a whole or not at all.
struct DirectoryPush: PushTransport {
  let root: String
  var repository: RepositoryID? { nil }

  struct Head: PushHead {
    var commit: CommitID? { nil }
  }

  func head(preparing isFinal: Bool) -> Head { Head() }

  func entries(at paths: [RepositoryPath], in head: Head) async throws(HubError) -> [RepositoryPath: RemoteEntry] {
    var entries: [RepositoryPath: RemoteEntry] = [:]
    for path in paths {
      let file = "\(root)/\(path.text)"
      switch try Disk.status(file, followingLinks: true)?.kind {
      case .file: entries[path] = RemoteEntry(object: try await LocalContent.file(file).identity().blob)
      case .directory: entries[path] = RemoteEntry(object: "", isDirectory: true)
      default: continue
      }
    }
    return entries
  }

  func entries(below folder: RepositoryPath?, in head: Head) async throws(HubError) -> [RepositoryPath: RemoteEntry] {
    let directory = folder.map { "\(root)/\($0.text)" } ?? root
    guard try Disk.status(directory, followingLinks: true)?.kind == .directory else { return [:] }
    let paths = try FolderContents(of: directory, FileSelection()).files.map { file throws(HubError) in
      try RepositoryPath(file.path.text, in: folder?.text)
    }
    return try await entries(at: paths, in: head)
  }

  func modes(
    of files: [(path: RepositoryPath, identity: ContentIdentity)], given rules: OwnRules, in head: Head
  ) -> [RepositoryPath: UploadMode] { [:] }

  func store(_ objects: [LFSObject], given rules: OwnRules, for head: Head) {}

  func commit(_ plan: CommitPlan, _ message: CommitMessage, on head: Head) async throws(HubError) -> PushedCommit {
    let root = root
    try await offThePool { () throws(HubError) in
      for item in plan.effective {
        let file = "\(root)/\(item.path.text)"
        switch item.source {
        case .local(.bytes(let bytes), _): try Disk.replace(file, with: bytes)
        case .local(.file(let source), _): try Disk.copy(source, to: file)
        case .remote: continue
        case nil: try Disk.remove(file)
        }
      }
    }
    return PushedCommit(plan: plan, outcome: .committed, commit: nil)
  }

  func find(_ plan: CommitPlan, _ message: CommitMessage, from head: Head, to newHead: Head) -> PushedCommit? { nil }
}
