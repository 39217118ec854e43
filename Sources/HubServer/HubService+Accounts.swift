import HubGit
import HubModel

extension HubService {
  /// The account of the caller's token.
  func whoAmI(_ request: HubRequest) throws -> Reply {
    guard let caller = request.caller else { throw Refusal.noToken }
    return try Reply(
      json: WhoAmI(
        name: caller.user, id: caller.user, fullname: caller.user,
        orgs: caller.memberships.sorted { $0.key < $1.key }.map { name, membership in
          WhoAmI.Organization(name: name, fullname: name, roleInOrg: membership.rawValue)
        },
        auth: WhoAmI.Authentication(
          accessToken: WhoAmI.Authentication.AccessToken(
            displayName: caller.token, role: caller.scope == nil ? caller.role.rawValue : "fineGrained"))))
  }

  /// Whether the caller may read the content of a repository, or write to it.
  func authCheck(_ id: RepositoryID, write: Bool, _ request: HubRequest) async throws -> Reply {
    try await reading(id, request, needsContent: true) { _, _ in
      if write {
        guard let caller = request.caller else { throw Refusal.noToken }
        guard caller.mayWrite(to: id) else { throw Refusal.notWritable }
      }
      return try Reply(json: ["status": "ok"])
    }
  }
}
