import Foundation
public import HubGit
public import HubModel
import HubTransport

extension GitClient {
  /// Where a ref of `remote` is, and the tree that a commit would change.
  ///
  ///     let head = try await client.head(of: GitRemote("https://git.example/org/model"))
  ///
  /// A server of version 2 with filters sends the trees alone, some ten kilobytes; another one all that the mirror
  /// lacks.
  ///
  /// - Parameters:
  ///   - remote: The repository.
  ///   - reference: The ref's full name, or `nil` for the default branch. One that does not exist is no error: a commit
  ///     on the answer makes it.
  /// - Throws: `repositoryNotFound`, `unauthorized`, `forbidden`; `protocolViolation` if there is no git server;
  ///   `offline` for a server without a transport; `repository` for one that cannot be read; what the transport throws.
  public func head(of remote: GitRemote, reference: String? = nil) async throws(HubError) -> RemoteHead {
    do throws(HubError) {
      switch remote.place {
      case .directory(let path): return try await head(of: remote, at: path, reference)
      case .server: return try await head(of: remote, behind: try server(for: remote), reference)
      }
    } catch {
      throw error.with(HubError.Context(url: remote.description))
    }
  }

  /// The bytes of a file that ``RemoteHead/entries()`` lists: `.gitattributes`, a configuration.
  ///
  /// - Parameter limit: The most bytes to accept.
  /// - Throws: `limitExceeded`, and as ``head(of:reference:)``.
  public func bytes(of entry: GitEntry, in head: RemoteHead, limit: Int = 16 << 20) async throws(HubError) -> [UInt8] {
    if let source = head.blobs, try await !head.holds(entry.id) {
      let request = UploadPackRequest.blobs([entry.id]).bytes(for: source.capabilities)
      // Compressed bytes may be a little longer than what they stand for.
      try await fetch(request, from: source.server, into: head.workspace, limit: Int64(limit) * 2 + 4096)
    }
    return try await GitThreads.run { [workspace = head.workspace] () throws(HubError) in
      try workspace.open().bytes(of: entry.id, limit: limit)
    }
  }

  // MARK: A directory

  private func head(of remote: GitRemote, at path: String, _ reference: String?) async throws(HubError) -> RemoteHead {
    try await GitThreads.run { () throws(HubError) in
      let repository = try GitRepository(bareAt: path)
      guard try repository.settings("core.bare").last != "false" else {
        throw HubError(.repository(reason: "it belongs to a working copy, which a push would leave behind; use a bare one"))
      }
      var references = RemoteReferences()
      for name in try repository.references() { try references.add(line: "\(name.commit) \(name.name)") }
      references.head = try repository.headReference()
      if let head = try repository.head() { try references.add(line: "\(head) HEAD") }
      let target = try RemoteHead.Target(reference, references)
      return RemoteHead(remote, target, try Workspace(borrowing: path + "/objects"))
    }
  }

  // MARK: A server

  /// The server of `remote`, with what is sent to it.
  func server(for remote: GitRemote) throws(HubError) -> GitServer {
    guard case .server(let url, _) = remote.place, let transport else { throw HubError(.offline(.argument)) }
    // Git servers take Basic alone, hubs both; they look at the password and take any user.
    let token = token.map { token in
      if case .basic = token.scheme { token } else { token.token.bound(to: token.origin, as: .basic(user: "hub")) }
    }
    return GitServer(
      url, .init(transport: transport, token: token, proxies: proxies, timeouts: timeouts, retrying: retrying))
  }

  private func head(
    of remote: GitRemote, behind server: GitServer, _ reference: String?
  ) async throws(HubError) -> RemoteHead {
    var server = server
    let offer = try Advertisement(try await server.advertisement(of: .uploadPack, isVersion2: true))
    let references = try await self.references(offer, server, reference)
    let target = try RemoteHead.Target(reference, references)
    guard let base = target.base else { return RemoteHead(remote, target, try Workspace()) }
    guard case .commands(let capabilities) = offer, capabilities.canSendTreesAlone else {
      return try await mirroredHead(of: remote, target, server)
    }
    let workspace = try Workspace()
    let request = UploadPackRequest.trees(of: base).bytes(for: capabilities)
    try await fetch(request, from: server, into: workspace, limit: packLimit)
    return RemoteHead(remote, target, workspace, blobs: .init(server: server, capabilities: capabilities))
  }

  private func references(
    _ offer: Advertisement, _ server: GitServer, _ reference: String?
  ) async throws(HubError) -> RemoteReferences {
    switch offer {
    case .references(let references, _): return references
    case .commands(let capabilities):
      let request = UploadPackRequest.references(reference.map { [$0] } ?? [], capabilities)
      let answer = try await server.ask(request.bytes(for: capabilities), isVersion2: true)
      return try RemoteReferences(listing: answer)
    }
  }

  /// Fetches what `request` asks for and stores it in the workspace's repository.
  private func fetch(
    _ request: [UInt8], from server: GitServer, into workspace: Workspace, limit: Int64
  ) async throws(HubError) {
    let file = workspace.file("fetched")
    let sink = try PackSink(path: file, limit: limit, progress: progress)
    try await server.download(request, isVersion2: true, into: sink)
    try sink.finish()
    try await GitThreads.run { () throws(HubError) in
      defer { unlink(file) }
      try workspace.open().store(packAt: file)
    }
  }

  /// The head by way of the mirror, which knows all that the server does about the refs in question.
  private func mirroredHead(
    of remote: GitRemote, _ target: RemoteHead.Target, _ server: GitServer
  ) async throws(HubError) -> RemoteHead {
    let own = try Workspace()
    let mirror = cacheDirectory.map { Mirror(of: remote, in: $0) } ?? Mirror(in: own)
    let exchange = BlockingExchange(server, limit: packLimit, progress: progress) { own.file("fetched") }
    let name = target.commit == nil ? target.defaultBranch : target.reference
    let lock = try await mirror.lock()
    defer { withExtendedLifetime(lock) {} }
    let current = try await mirror.update([name: target.base].compactMapValues(\.self), from: exchange)
    guard let base = current[name] else { throw HubError(.conflict("\(name) has gone meanwhile")) }
    var target = target
    target.base = base
    if target.commit != nil { target.commit = base }
    return RemoteHead(remote, target, cacheDirectory == nil ? own : try Workspace(borrowing: mirror.objects))
  }
}

extension RemoteReferences {
  /// Reads the answer to `ls-refs`.
  fileprivate init(listing answer: [UInt8]) throws(HubError) {
    self.init()
    var lines = PacketReader(answer)
    while let line = try lines.nextOfWhole(), line != .flush {
      guard let text = line.text else { throw HubError(.protocolViolation("an answer to 'ls-refs' that is not in order")) }
      try add(listed: text)
    }
  }
}
