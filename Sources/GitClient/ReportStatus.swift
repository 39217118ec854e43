import HubModel

/// How a server answers to a push (gitprotocol-pack, "Report Status").
struct ReportStatus: Hashable, Sendable {
  /// What became of one ref.
  enum Outcome: Hashable, Sendable {
    /// It moved.
    case done
    /// It did not, for this reason.
    case refused(String)
  }

  /// What became of the pack: `ok`, or why it could not be read.
  private(set) var unpacking: String?
  /// What became of each ref, by name.
  private(set) var references: [String: Outcome] = [:]
  /// What the server and its hooks had to say, without the line end.
  private(set) var message = ""

  /// The longest message that is kept, in bytes.
  private static let messageLimit = 16 << 10

  /// Reads the body of an answer.
  ///
  /// - Parameter isBanded: Whether `side-band-64k` was agreed on: the report is in band 1, a stream of lines of its own.
  /// - Throws: `protocolViolation` for what is no report; `repository` with the server's words if it gave up.
  init(_ body: [UInt8], isBanded: Bool) throws(HubError) {
    var lines = PacketReader(body)
    if !isBanded {
      try read(&lines)
      return
    }
    var report: [UInt8] = []
    while let line = try lines.nextOfWhole(), line != .flush {
      guard case .data(let bytes) = line else { throw Self.unreadable }
      switch try SideBand(bytes) {
      case .data(let part): report += part
      case .message(let text): if message.utf8.count + text.utf8.count <= Self.messageLimit { message += text }
      case .failure(let text):
        throw HubError(.repository(reason: "the server gave up"), context: HubError.Context(serverMessage: text))
      }
    }
    message = SideBand.trimmed(message)
    var inner = PacketReader(report)
    try read(&inner)
  }

  private mutating func read(_ lines: inout PacketReader) throws(HubError) {
    while let line = try lines.nextOfWhole(), line != .flush {
      guard let words = line.text?.split(separator: " ", maxSplits: 2), words.count >= 2 else { throw Self.unreadable }
      switch words[0] {
      case "unpack": unpacking = words.dropFirst().joined(separator: " ")
      case "ok": references[String(words[1])] = .done
      case "ng": references[String(words[1])] = .refused(words.count == 3 ? String(words[2]) : "no reason given")
      case "option": break
      default: throw Self.unreadable
      }
    }
  }

  private static var unreadable: HubError { HubError(.protocolViolation("an answer to a push that is no report")) }

  /// Throws what kept `reference` from moving, if anything did.
  ///
  /// - Throws: `conflict` if the ref was not where it was expected, or somebody else was about to move it; `rejected` for
  ///   every other reason, with the words of hooks; `protocolViolation` if the report does not speak of the ref.
  func check(_ reference: String) throws(HubError) {
    let context = HubError.Context(serverMessage: message.isEmpty ? nil : message)
    if let unpacking, unpacking != "ok" {
      throw HubError(.rejected("the objects were not accepted (\(unpacking))"), context: context)
    }
    switch references[reference] {
    case .done: return
    case .refused(let reason) where Self.isConflict(reason):
      throw HubError(.conflict("\(reference) was changed by somebody else meanwhile (\(reason))"), context: context)
    case .refused(let reason): throw HubError(.rejected("\(reference): \(reason)"), context: context)
    case nil: throw Self.unreadable
    }
  }

  /// Whether a server means by `reason` that it lost a race: the words of git's `receive-pack`, of JGit and of libgit2.
  private static func isConflict(_ reason: String) -> Bool {
    let reason = reason.lowercased()
    return [
      "non-fast-forward", "fetch first", "stale info", "failed to update ref", "failed to lock", "cannot lock ref",
      "unable to lock", "lock error", "incorrect old value", "already exists", "failed to write", "concurrent",
    ].contains(where: reason.contains)
  }
}
