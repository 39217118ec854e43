import Foundation
import HTTPTypes
import HubGit
import HubModel

/// Locks of paths (git-lfs `docs/api/locking.md`): seen by all readers, taken by those who may write.
extension HubService {
  /// The locks of a repository, or those of one path or name.
  func listLocks(_ id: RepositoryID, _ request: HubRequest) async throws -> Reply {
    let query = request.query
    return try await reading(id, request, needsContent: true) { repository, _ in
      let all = try LFSLocks(repositoryAt: repository.path).all().filter { lock in
        (query["path"] ?? lock.path) == lock.path && (query["id"] ?? lock.id) == lock.id
      }
      let page = LFSLockPage(of: all, from: query["cursor"], limit: query["limit"].flatMap { Int($0) })
      return try Reply(lfs: LFSLockList(locks: page.locks, next_cursor: page.next))
    }
  }

  /// Locks a path for the caller.
  func lock(_ id: RepositoryID, _ request: HubRequest, _ wish: LFSLockRequest) async throws -> Reply {
    try await writing(id, request) { repository, _, account in
      let path = try RepositoryPath(wish.path).text
      return try LFSLocks(repositoryAt: repository.path).change { locks in
        if let lock = locks.first(where: { $0.path == path }) {
          let answer = LFSLockAnswer(lock: lock, message: "'\(path)' is locked by \(lock.owner?.name ?? "somebody")")
          return try Reply(lfs: answer, status: .conflict)
        }
        guard locks.count < LFSLocks.limit else {
          throw Refusal(.unprocessableContent, "A repository has \(LFSLocks.limit) locks at most")
        }
        let lock = LFSLock(
          id: UUID().uuidString.lowercased(), path: path, locked_at: Date().formatted(.iso8601),
          owner: LFSLock.Owner(name: account.user))
        locks.append(lock)
        return try Reply(lfs: LFSLockAnswer(lock: lock), status: .created)
      }
    }
  }

  /// Which locks are the caller's, and which are in the way.
  func verifyLocks(_ id: RepositoryID, _ request: HubRequest, _ question: LFSLockVerification) async throws -> Reply {
    try await writing(id, request) { repository, _, account in
      let all = try LFSLocks(repositoryAt: repository.path).all()
      let page = LFSLockPage(of: all, from: question.cursor, limit: question.limit)
      return try Reply(
        lfs: LFSLockVerdict(
          ours: page.locks.filter { $0.owner?.name == account.user },
          theirs: page.locks.filter { $0.owner?.name != account.user }, next_cursor: page.next))
    }
  }

  /// Takes a lock away: one's own, or somebody else's by force.
  func unlock(
    _ id: RepositoryID, _ lock: String, _ request: HubRequest, _ wish: LFSUnlockRequest
  ) async throws -> Reply {
    try await writing(id, request) { repository, _, account in
      try LFSLocks(repositoryAt: repository.path).change { locks in
        guard let index = locks.firstIndex(where: { $0.id == lock }) else {
          throw Refusal(.notFound, "There is no such lock")
        }
        guard locks[index].owner?.name == account.user || wish.force == true else {
          let owner = locks[index].owner?.name ?? "somebody"
          throw Refusal(.forbidden, "The lock is \(owner)'s; 'git lfs unlock --force' takes it away")
        }
        return try Reply(lfs: LFSLockAnswer(lock: locks.remove(at: index)))
      }
    }
  }
}
