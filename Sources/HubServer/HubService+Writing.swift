import HubGit
import HubModel

extension Account {
  /// Whether the account may change the repository: its token writes, and its user or an organisation owns the name.
  func mayWrite(to id: RepositoryID) -> Bool { role == .write && id.owner.map(names.contains) == true }
}

extension HubService {
  /// Lets `work` change the repository `id` on a thread where it may wait, if the caller may.
  func writing<Value: Sendable>(
    _ id: RepositoryID, _ request: HubRequest,
    _ work: @escaping @Sendable (borrowing GitRepository, RepositoryMarks, Account) throws -> Value
  ) async throws -> Value {
    try await reading(id, request, needsContent: true) { repository, marks in
      guard let caller = request.caller else { throw Refusal.noToken }
      guard caller.mayWrite(to: id) else { throw Refusal.notWritable }
      return try work(repository, marks, caller)
    }
  }

  /// Those of `pointers` that the repository may not name, or whose object is not there.
  ///
  /// Waits for the disk.
  func unknown(
    _ pointers: [LFSPointer], in id: RepositoryID, for caller: Account?
  ) throws(HubError) -> [LFSPointer] {
    let repository = try repositories.open(id)
    let known = try known(pointers, in: repository)
    var unknown: [LFSPointer] = []
    for pointer in pointers {
      let file = try stored(pointer, for: repository.path)
      if file == nil || !known.contains(pointer) { unknown.append(pointer) }
    }
    return unknown
  }
}
