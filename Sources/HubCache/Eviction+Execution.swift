public import HubModel

extension Eviction {
  /// What became of an eviction.
  public struct Outcome: Sendable {
    /// What is gone.
    public var removed: [Step] = []
    /// What is still there, and why.
    public var kept: [(step: Step, reason: HubError)] = []

    /// The bytes that were freed.
    public var size: Int64 { removed.reduce(0) { $0 + $1.size } }
  }

  /// Carries it out; what cannot be removed stays, with the reason, and all that depends on it.
  public func execute() -> Outcome {
    var outcome = Outcome()
    var busy: Set<RepositoryID> = []
    for step in steps {
      do throws(HubError) {
        if step.kind == .repository, let id = step.repository, busy.contains(id) { continue }
        try Self.carryOut(step)
        outcome.removed.append(step)
      } catch {
        outcome.kept.append((step, error))
        if let id = step.repository { busy.insert(id) }
      }
    }
    return outcome
  }

  private static func carryOut(_ step: Step) throws(HubError) {
    guard let path = step.lock, try Disk.status(step.path) != nil else { return try remove(step) }
    guard let lock = try FileLock.attempt(path) else {
      throw HubError(.conflict("'\(step.path)' is in use by another process"))
    }
    try remove(step)
    withExtendedLifetime(lock) {}
  }

  private static func remove(_ step: Step) throws(HubError) {
    switch step.kind {
    case .sharedContent: for suffix in ["", ".refs"] { try Disk.remove(step.path + suffix) }
    case .content, .leftover:
      // Not a directory with who knows what in it.
      guard try Disk.status(step.path)?.kind != .directory else {
        throw HubError(.cache(path: step.path, reason: "it is a directory"))
      }
      try Disk.remove(step.path)
    default: try Disk.remove(step.path)
    }
  }
}
