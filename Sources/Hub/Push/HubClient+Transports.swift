import Foundation
import GitClient
import HubCache
import HubCredentials
import HubGit
import HubModel
import HubTransport

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
      client: self, options: options, git: git, remote: remote, reference: reference, outcome: outcome, repository: id,
      author: try await author(options, isOnHub: id != nil))
  }

  // MARK: Who

  /// The token for a git server: that of the hub for the hub's own, the one that was given, or what git remembers.
  private func token(for remote: GitRemote, _ request: TokenRequest) async throws(HubError) -> BoundToken? {
    guard let origin = remote.origin else { return nil }
    if try Credentials.origin(ofEndpoint: environment.endpoint) == origin {
      return try credentials.boundToken(request, endpoint: environment.endpoint).map {
        $0.token.bound(to: origin, as: .basic(user: remote.user ?? BoundToken.plainUser))
      }
    }
    switch request {
    case .none: return nil
    case .token(let token): return token.bound(to: origin, as: .basic(user: remote.user ?? BoundToken.plainUser))
    case .automatic, .required:
      if let found = try await rememberedToken(for: remote.description, of: remote.user) { return found }
      if request == .required { throw HubError(.tokenRequired(searched: ["git's credential helpers"])) }
      return nil
    }
  }

  /// What git's credential helpers remember for a URL, and for the user `user` if one is named.
  func rememberedToken(for url: String, of user: String? = nil) async throws(HubError) -> BoundToken? {
    guard let url = URL(string: url), let origin = Origin(url) else { return nil }
    let variables = variables
    let found = try await offThePool { () throws(HubError) in
      GitCredential(variables: variables).fill(url, user: user)
    }
    return found.map { $0.password.bound(to: origin, as: .basic(user: $0.user)) }
  }

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
