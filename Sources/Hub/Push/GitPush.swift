import Foundation
import GitClient
import HubGit
import HubModel
import HubTransport
import LFSClient

/// Commits over git: the trees of the head come from the remote, the new objects go there in one pack.
struct GitPush: PushTransport {
  let client: HubClient
  let options: PushOptions
  let git: GitClient
  let remote: GitRemote
  /// The ref that the commit goes to; `nil` for the remote's default branch.
  let reference: String?
  /// What becomes of the commit when it is there.
  let outcome: PushedCommit.Outcome
  /// The repository, if it is one of the client's hub.
  let repository: RepositoryID?
  let author: GitSignature

  struct Head: PushHead {
    let remote: RemoteHead?
    /// What a commit goes on top of, which is elsewhere than the ref if that does not exist yet.
    var commit: CommitID? { remote?.base }
  }

  func head(preparing isFinal: Bool) async throws(HubError) -> Head {
    do throws(HubError) {
      return Head(remote: try await git.head(of: remote, reference: reference))
    } catch {
      guard error.code == .repositoryNotFound, remote.origin == nil else { throw error }
      guard isFinal else { return Head(remote: nil) }
      let path = remote.description
      try await GitThreads.run { () throws(HubError) in _ = try GitRepository.create(bareAt: path) }
      return Head(remote: try await git.head(of: remote, reference: reference))
    }
  }

  func entries(at paths: [RepositoryPath], in head: Head) async throws(HubError) -> [RepositoryPath: RemoteEntry] {
    guard let remote = head.remote else { return [:] }
    return try await remote.entries(at: paths).mapValues(RemoteEntry.init)
  }

  func entries(below folder: RepositoryPath?, in head: Head) async throws(HubError) -> [RepositoryPath: RemoteEntry] {
    guard let remote = head.remote else { return [:] }
    let files = try await remote.entries().filter { entry in
      entry.kind != .directory && (folder.map { $0.contains(entry.path) } ?? true)
    }
    return Dictionary(files.map { ($0.path, RemoteEntry($0)) }) { first, _ in first }
  }

  func modes(
    of files: [(path: RepositoryPath, identity: ContentIdentity)], given rules: OwnRules, in head: Head
  ) async throws(HubError) -> [RepositoryPath: UploadMode] {
    let paths = files.map(\.path)
    return UploadRules(rules: try await lfsRules(about: paths, given: rules, in: head).rules).modes(of: files)
  }

  /// The rules for files that are over the limit on length and that no other rule is about, as a change of
  /// `.gitattributes`: without them a checkout would show pointers.
  func companions(of plan: CommitPlan, given own: OwnRules, in head: Head) async throws(HubError) -> [CommitOperation] {
    let paths = plan.effective.filter { $0.storage == .lfs }.map(\.path)
    guard !paths.isEmpty else { return [] }
    var (rules, text) = try await lfsRules(about: paths, given: own, in: head)
    let missing = paths.filter { !rules.isLFS($0) }
    guard !missing.isEmpty else { return [] }
    if let last = text.utf8.last, last != UInt8(ascii: "\n") { text += "\n" }
    text += missing.map { GitAttributes.line(for: $0) }.joined()
    return [.add(try RepositoryPath(LFSRules.fileName), .bytes(Array(text.utf8)))]
  }

  /// The longest file of rules that is read, in bytes.
  private static let rulesLimit = 4 << 20

  /// The rules that count for `paths`, and the text of the root's file.
  private func lfsRules(
    about paths: [RepositoryPath], given own: OwnRules, in head: Head
  ) async throws(HubError) -> (rules: LFSRules, rootText: String) {
    var (rules, rootText) = (LFSRules(), "")
    if let remote = head.remote {
      let folders = Set(paths.flatMap(\.folders)).sorted()
      var files = try folders.map { folder throws(HubError) in try folder.appending(LFSRules.fileName) }
      files.append(try RepositoryPath(LFSRules.fileName))
      for (path, entry) in try await remote.entries(at: files) where entry.kind == .file {
        let bytes = try await git.bytes(of: entry, in: remote, limit: Self.rulesLimit)
        let text = String(decoding: bytes, as: UTF8.self)
        rules.set(text, in: path.folders.first)
        if path.folders.isEmpty { rootText = text }
      }
    }
    if let text = own.gitAttributes {
      rules.set(text)
      rootText = text
    }
    return (rules, rootText)
  }

  func store(_ objects: [LFSObject], given own: OwnRules, for head: Head) async throws(HubError) {
    guard let first = objects.first else { return }
    let configuration = try await lfsConfiguration(given: own, in: head)
    switch try await client.lfsStorage(of: remote, configuration: configuration, git: git, options) {
    case .folder(let folder): try await folder.add(objects, progress: options.lfsProgress)
    case .server(var server):
      server.reference = head.remote?.reference
      do throws(HubError) {
        try await server.upload(objects)
      } catch {
        let isMissing = [.status(404), .status(405)].contains(error.problem)
        guard isMissing, error.context.url == server.batchURL.redacted else { throw error }
        let reason =
          "there is no git LFS server at \(server.endpoint.redacted); name another with lfs.url in .lfsconfig"
        throw HubError(.rejected(reason), context: HubError.Context(file: first.path.text), cause: error)
      }
    }
  }

  /// The `.lfsconfig` that the commit brings, or that is there.
  private func lfsConfiguration(given own: OwnRules, in head: Head) async throws(HubError) -> [UInt8]? {
    if let text = own.lfsConfiguration { return Array(text.utf8) }
    let path = try RepositoryPath(LFSStorage.configurationName)
    guard let remote = head.remote, let entry = try await remote.entry(at: path), entry.kind == .file else {
      return nil
    }
    return try await git.bytes(of: entry, in: remote, limit: Self.rulesLimit)
  }

  func commit(_ plan: CommitPlan, _ message: CommitMessage, on head: Head) async throws(HubError) -> PushedCommit {
    guard let remote = head.remote else { throw HubError(.repositoryNotFound) }
    let changes = try await changes(plan)
    let commit = try await git.commit(changes, on: remote, message: message.text, author: author)
    return PushedCommit(plan: plan, outcome: outcome, commit: commit, repository: repository)
  }

  private func changes(_ plan: CommitPlan) async throws(HubError) -> [RepositoryPath: GitChange] {
    var changes: [RepositoryPath: GitChange] = [:]
    for item in plan.effective {
      if let pointer = item.pointer {
        changes[item.path] = .pointer(pointer)
      } else if case .local(let content, let identity) = item.source {
        changes[item.path] = .file(try await content.bytes(like: identity))
      } else {
        changes[item.path] = .deleted
      }
    }
    return changes
  }

  /// Nothing to look for: the push itself asks for an answer that was lost. What has come of it counts as there.
  func find(_ plan: CommitPlan, _ message: CommitMessage, from head: Head, to newHead: Head) -> PushedCommit? { nil }
}

extension RemoteEntry {
  init(_ entry: GitEntry) { self.init(object: entry.id.hex, isDirectory: entry.kind == .directory) }
}
