import HubGit
import HubModel
import Logging

/// Whether a push may go on: the rules that hold for every write, asked while its objects are in quarantine.
struct PushCheck: Sendable {
  let service: HubService
  let id: RepositoryID
  let account: Account

  /// Decides about the push; waits for the disk.
  func verdict(_ question: PushQuestion) -> PushVerdict {
    let refused = question.commands.compactMap(objection)
    guard refused.isEmpty else { return PushVerdict(objections: refused) }
    do {
      guard let quarantine = question.quarantine else { return PushVerdict() }
      return try verdict(GitQuarantine(at: quarantine, of: service.repositories.path(of: id)), question.commands)
    } catch let error as HubError where error.code == .limitExceeded {
      return PushVerdict(objections: ["\(error)"])
    } catch {
      service.engine.logger.error(
        "a push could not be checked", metadata: ["repository": "\(id)", "error": "\(error)"])
      return PushVerdict(objections: ["the hub cannot check this push; its log says why"])
    }
  }

  /// What is against changing a ref.
  private func objection(_ command: PushQuestion.Command) -> String? {
    let name = command.reference
    guard command.new == nil || (try? Revision(name)) != nil else {  // absence: the name is the objection
      return "'\(name)' is refused: no client could ask for a ref of this name"
    }
    if name.hasPrefix("refs/heads/") || name.hasPrefix("refs/tags/") || name.hasPrefix("refs/convert/") { return nil }
    guard name.hasPrefix("refs/pr/") else {
      return "'\(name)' is refused: push to refs/heads, refs/tags, or the pull request of a number, refs/pr/N"
    }
    if command.old == nil { return "'\(name)' is refused: there is no such pull request; open it on the hub first" }
    if command.new == nil { return "'\(name)' is refused: close the pull request instead of deleting it" }
    return nil
  }

  private func verdict(
    _ quarantine: consuming GitQuarantine, _ commands: [PushQuestion.Command]
  ) throws -> PushVerdict {
    let limits = service.limits
    let flaws = try quarantine.flaws(
      blobLimit: limits.pushedBlob, limits: limits.tree, seconds: limits.gitSeconds
    ) { pointer throws(HubError) in
      try service.unknown([pointer], in: id, for: account).isEmpty
    }
    guard flaws.isEmpty else { return PushVerdict(objections: flaws.map { sentence($0, limits) }) }
    var verdict = PushVerdict()
    for command in commands { try check(command, quarantine.repository, &verdict) }
    return verdict
  }

  /// What a ref leads to: how much it is, and whether the schedulers in it are sound.
  ///
  /// A new branch is compared with the commit at which it left the main one: what that had is not the pusher's doing.
  private func check(
    _ command: PushQuestion.Command, _ repository: borrowing GitRepository, _ verdict: inout PushVerdict
  ) throws {
    // Absence: a tag of a blob.
    guard let name = command.new, let new = try? repository.commit(of: Revision(name)) else { return }
    do throws(HubError) {
      try repository.checkExtent(of: new, limits: service.limits.tree)
    } catch {
      guard error.code == .limitExceeded else { throw error }
      return verdict.objections.append(
        "'\(command.reference)' is refused: a hub serves at most \(service.limits.tree.entries) files and directories, "
          + "nested at most 64 deep")
    }
    let old: CommitID?
    if let name = command.old {
      old = try? repository.commit(of: Revision(name))  // absence: a blob
    } else {
      old = try repository.head().flatMap { head in try repository.mergeBase(new, head) }
    }
    let check = try ConfigurationCheck(repository, from: old, to: new)
    if let refusal = check.refusal { verdict.objections += refusal.split(separator: "\n").map(String.init) }
    verdict.remarks += check.warnings.split(separator: "\n").map(String.init)
  }

  private func sentence(_ flaw: GitQuarantine.Flaw, _ limits: HubServer.Limits) -> String {
    switch flaw {
    case .longFile(let name, let size):
      "'\(name)' has \(size) bytes: files of more than \(limits.pushedBlob) bytes belong in git LFS "
        + "('git lfs migrate import')"
    case .unknownObject(let name, let pointer):
      "'\(name)' is a pointer to the LFS object \(pointer.oid), which this repository has not been sent "
        + "('git lfs push --all')"
    case .unsafeName(let name): "the name '\(name)' is refused: no client could write such a file safely"
    case .longMessage(let size): "a commit or a tag of \(size) bytes is refused: its message is too long"
    case .longDirectory(let size): "a directory of \(size) bytes is refused: it has too many entries"
    }
  }
}
