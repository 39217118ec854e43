import Foundation
import HubCredentials
import HubModel
import HubTransport
import LFSClient

/// Commits over a hub's interface: preupload, LFS, and one body with a line for each file.
struct HubPush: PushTransport {
  let client: HubClient
  let id: RepositoryID
  let options: PushOptions
  var repository: RepositoryID? { id }

  /// The branch.
  var branch: Revision { options.branch ?? .main }

  struct Head: PushHead {
    var commit: CommitID?
    /// Whether the repository is there.
    var exists = true
    /// Whether the branch is there; if not, the commit is that of the repository's head.
    var hasBranch = true
  }

  var context: HubError.Context { HubError.Context(repository: id, revision: branch) }

  func head(preparing isFinal: Bool) async throws(HubError) -> Head {
    do throws(HubError) {
      return try await existingHead(branch)
    } catch {
      switch error.code {
      case .repositoryNotFound where options.createsRepository:
        guard isFinal else { return Head(commit: nil, exists: false) }
        _ = try await client.createRepository(
          id, isPrivate: options.isPrivate, existsOK: true, options: options.requests)
        return try await headOfNew()
      case .revisionNotFound: return try await headWithoutBranch(isFinal, error)
      default: throw error
      }
    }
  }

  private func existingHead(_ revision: Revision?) async throws(HubError) -> Head {
    let info = try await client.info(of: id, revision: revision, options: options.requests)
    guard let sha = info.sha else { return Head(commit: nil) }
    guard let commit = CommitID(sha) else {
      throw HubError(.protocolViolation("it names no commit"), context: context)
    }
    return Head(commit: commit)
  }

  private func headOfNew() async throws(HubError) -> Head {
    do throws(HubError) {
      return try await existingHead(branch)
    } catch {
      guard error.code == .revisionNotFound else { throw error }
      return try await headWithoutBranch(true, error)
    }
  }

  /// Makes the branch at the repository's head, unless that is empty or the commit opens a pull request.
  private func headWithoutBranch(_ isFinal: Bool, _ error: HubError) async throws(HubError) -> Head {
    var head = try await existingHead(nil)
    guard head.commit != nil else { return head }
    if options.createsPullRequest || branch.name.beginsWithBytes("refs/") { throw error }
    if isFinal {
      try await client.createBranch(branch.name, of: id, existsOK: true, options: options.requests)
    } else {
      head.hasBranch = false
    }
    return head
  }

  func entries(at paths: [RepositoryPath], in head: Head) async throws(HubError) -> [RepositoryPath: RemoteEntry] {
    guard let commit = head.commit, !paths.isEmpty else { return [:] }
    let entries = try await client.entries(
      at: paths, of: id, revision: Revision(commit), options: options.requests)
    return try Self.table(entries)
  }

  func entries(below folder: RepositoryPath?, in head: Head) async throws(HubError) -> [RepositoryPath: RemoteEntry] {
    guard let commit = head.commit else { return [:] }
    do throws(HubError) {
      let entries = try await client.tree(
        of: id, revision: Revision(commit), below: folder, options: options.requests)
      return try Self.table(entries).filter { !$0.value.isDirectory }
    } catch {
      if error.code == .entryNotFound { return [:] }
      throw error
    }
  }

  private static func table(_ entries: [TreeEntry]) throws(HubError) -> [RepositoryPath: RemoteEntry] {
    var table: [RepositoryPath: RemoteEntry] = [:]
    for entry in entries { table[try RepositoryPath(entry.path)] = RemoteEntry(entry) }
    return table
  }

  /// How many files are asked about at once, as Python does.
  private static let questionLength = 256

  func modes(
    of files: [(path: RepositoryPath, identity: ContentIdentity)], given rules: OwnRules, in head: Head
  ) async throws(HubError) -> [RepositoryPath: UploadMode] {
    guard head.exists else { return newModes(of: files, given: rules) }
    let revision = if !head.hasBranch, let commit = head.commit { Revision(commit) } else { branch }
    var modes: [RepositoryPath: UploadMode] = [:]
    for start in stride(from: 0, to: files.count, by: Self.questionLength) {
      let part = files[start..<min(start + Self.questionLength, files.count)]
      let question = PreuploadQuestion(
        files: part.map { file in
          .init(
            path: file.path.text, sample: Data(file.identity.sample).base64EncodedString(), size: file.identity.size)
        }, gitIgnore: rules.gitIgnore, gitAttributes: rules.gitAttributes)
      let answer: PreuploadAnswer = try await client.ask(
        .post, .preupload(id, revision), query: pullRequestQuery, question, isIdempotent: true,
        options: options.requests, context)
      let answers = Dictionary(answer.files.map { ($0.path, $0) }) { first, _ in first }
      for (path, identity) in part { modes[path] = try Self.mode(answers[path.text], identity) }
    }
    return modes
  }

  /// The modes in a repository that is not there yet: it will begin with the rules that hubs give a new one.
  private func newModes(
    of files: [(path: RepositoryPath, identity: ContentIdentity)], given rules: OwnRules
  ) -> [RepositoryPath: UploadMode] {
    var all = LFSRules()
    all.set(rules.gitAttributes ?? DefaultAttributes.text(id.kind))
    return UploadRules(rules: all).modes(of: files)
  }

  var pullRequestQuery: [(String, String)] { options.createsPullRequest ? [("create_pr", "1")] : [] }

  private static func mode(
    _ answer: PreuploadAnswer.File?, _ identity: ContentIdentity
  ) throws(HubError) -> UploadMode {
    guard let answer else { throw HubError(.protocolViolation("it does not say how a file is to be sent")) }
    if answer.shouldIgnore { return .ignored }
    // LFS has no empty objects.
    return answer.uploadMode == .lfs && identity.size > 0 ? .lfs : .regular
  }

  func store(_ objects: [LFSObject], given rules: OwnRules, for head: Head) async throws(HubError) {
    guard !objects.isEmpty else { return }
    do throws(HubError) {
      let batch = try client.request(.post, .lfs(id, .batch), options: options.requests)
      var timeouts = HTTPTimeouts(seconds: max(30, client.environment.downloadTimeout))
      timeouts.connect = client.environment.downloadTimeout
      let storage = LFSClient(
        transport: try client.connection.transport(),
        endpoint: batch.url.deletingLastPathComponent().deletingLastPathComponent(), token: batch.token,
        reference: options.createsPullRequest ? nil : branch.name, proxies: options.proxies,
        retrying: client.retrying, timeouts: timeouts, maximumTransfers: options.maximumWorkers,
        progress: options.lfsProgress)
      try await storage.upload(objects)
    } catch {
      throw error.with(context)
    }
  }
}

extension PushOptions {
  /// ``progress`` for what LFS reports.
  var lfsProgress: (@Sendable (LFSProgress) -> Void)? {
    guard let progress else { return nil }
    return { event in
      switch event {
      case .skipped(let path, let bytes): progress(.skipped(path, bytes: bytes))
      case .sent(let path, let bytes): progress(.sent(path, bytes: bytes))
      case .finished(let path): progress(.finished(path))
      }
    }
  }
}
