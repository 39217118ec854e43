import Foundation
import GitClient
import HubCache
import HubCredentials
import HubGit
import HubModel
import HubTransport
import LFSClient

/// Which way a commit goes.
extension HubClient {
  /// The transport to `destination`.
  ///
  /// - Parameter title: What the commit is called; `nil` if there will be none, so that nothing is opened for it.
  func transport(
    to destination: PushDestination, _ options: PushOptions, title: String?
  ) async throws(HubError) -> any PushTransport {
    switch (destination, options.transport) {
    case (.hub(let id), .automatic), (.hub(let id), .hub):
      return HubPush(client: self, id: try await qualified(id, options: options.requests), options: options)
    case (.hub(let id), .git):
      let id = try await qualified(id, options: options.requests)
      return try await gitPush(to: id, options, title: title)
    case (.git(let remote), .automatic), (.git(let remote), .git):
      return try await gitPush(to: remote, options, title: title)
    case (.directory(let path), .automatic): return DirectoryPush(root: path)
    case (.git, .hub), (.directory, _):
      throw HubError(
        .invalidArgument(
          name: "transport", value: options.transport.rawValue, reason: "'\(destination)' cannot be reached that way"))
    }
  }

  /// A repository of the hub, over git. It is made, and a pull request opened, over the hub's interface: git cannot.
  private func gitPush(to id: RepositoryID, _ options: PushOptions, title: String?) async throws(HubError) -> GitPush {
    let remote = try GitRemote("\(environment.endpoint)/\(id.pagePath).git")
    if options.createsRepository, title != nil {
      try await createRepository(id, isPrivate: options.isPrivate, existsOK: true, options: options.requests)
    }
    guard options.createsPullRequest, let title else {
      let branch = Self.reference(options.branch ?? .main)
      return try await gitPush(to: remote, id, options, branch, .committed)
    }
    let number = try await openDiscussion(title, isPullRequest: true, of: id, options: options.requests)
    let url = "\(environment.endpoint)/\(id.pagePath)/discussions/\(number)"
    return try await gitPush(to: remote, id, options, "refs/pr/\(number)", .pullRequest(url: url))
  }

  /// A repository of another server, or of this machine. Where there are no pull requests, a branch of its own is what comes
  /// nearest to one.
  private func gitPush(
    to remote: GitRemote, _ options: PushOptions, title: String?
  ) async throws(HubError) -> GitPush {
    guard options.createsPullRequest else {
      return try await gitPush(to: remote, nil, options, options.branch.map(Self.reference), .committed)
    }
    let branch = "proposal/\(Self.slug(title ?? "plan"))-\(Disk.uniqueName().prefix(8))"
    return try await gitPush(to: remote, nil, options, "refs/heads/" + branch, .branch(branch))
  }

  private func gitPush(
    to remote: GitRemote, _ id: RepositoryID?, _ options: PushOptions, _ reference: String?,
    _ outcome: PushedCommit.Outcome
  ) async throws(HubError) -> GitPush {
    let token = try await token(for: remote, options.token)
    // Offline, and for a repository on this machine, there is no transport that could open a socket.
    let transport = remote.origin == nil ? nil : try connection.transport()
    var git = GitClient(transport: transport, token: token, cacheDirectory: environment.home + "/git")
    (git.proxies, git.retrying) = (options.proxies, retrying)
    return GitPush(
      git: git, remote: remote, reference: reference, outcome: outcome, repository: id,
      author: try await author(options, isOnHub: id != nil),
      storage: try storage(of: remote, transport, token, options), progress: options.lfsProgress)
  }

  private func storage(
    of remote: GitRemote, _ transport: CurlTransport?, _ token: BoundToken?, _ options: PushOptions
  ) throws(HubError) -> GitPush.Storage {
    guard let transport else { return .folder(LFSFolder(repository: remote.description)) }
    // As git-lfs finds it (git-lfs docs/api/server-discovery.md).
    let base = remote.description.endsWithBytes(".git") ? remote.description : remote.description + ".git"
    guard let endpoint = URL(string: base + "/info/lfs") else {
      throw HubError(.invalidArgument(name: "git remote", value: remote.description, reason: "it is no URL"))
    }
    return .server(
      LFSClient(
        transport: transport, endpoint: endpoint, token: token, proxies: options.proxies, retrying: retrying,
        timeouts: HTTPTimeouts(seconds: max(30, environment.downloadTimeout)),
        maximumTransfers: options.maximumWorkers, progress: options.lfsProgress))
  }

  // MARK: Who

  /// The token for a git server: that of the hub for the hub's own, the one that was given, or what git remembers.
  private func token(for remote: GitRemote, _ request: TokenRequest) async throws(HubError) -> BoundToken? {
    guard let origin = remote.origin else { return nil }
    if try Credentials.origin(ofEndpoint: environment.endpoint) == origin {
      return try credentials.boundToken(request, endpoint: environment.endpoint).map {
        $0.token.bound(to: origin, as: .basic(user: Self.user))
      }
    }
    switch request {
    case .none: return nil
    case .token(let token): return token.bound(to: origin, as: .basic(user: Self.user))
    case .automatic, .required:
      let (variables, url) = (variables, remote.description)
      let found = try await offThePool { () throws(HubError) in
        URL(string: url).flatMap { GitCredential(variables: variables).fill($0) }
      }
      if let found { return found.password.bound(to: origin, as: .basic(user: found.user)) }
      if request == .required { throw HubError(.tokenRequired(searched: ["git's credential helpers"])) }
      return nil
    }
  }

  /// The user name beside a token, where servers look at the token alone.
  private static let user = "hf_user"

  private func author(_ options: PushOptions, isOnHub: Bool) async throws(HubError) -> GitSignature {
    if let author = options.author ?? GitAccount.signature(variables, home: userHome) { return author }
    guard isOnHub else { return .hub }
    let name = try await whoAmI(options: options.requests).name
    return GitSignature(
      name: name, email: "\(name)@users.noreply.\(URL(string: environment.endpoint)?.host() ?? "hub")")
  }

  // MARK: Names

  private static func reference(_ branch: Revision) -> String {
    branch.name.beginsWithBytes("refs/") ? branch.name : "refs/heads/" + branch.name
  }

  /// A title as a part of a branch's name.
  private static func slug(_ title: String) -> String {
    let words = title.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
    return words.isEmpty ? "commit" : words.prefix(6).joined(separator: "-")
  }
}
