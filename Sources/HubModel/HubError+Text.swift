extension HubError: CustomStringConvertible {
  /// One line: what happened, to what, and what the hub said.
  public var description: String { ([sentence] + quotation).joined(separator: " ") }

  /// What to do next, or `nil` where the sentence says it all.
  public var hint: String? { remedy }

  /// The description, then the remedy, the request and the cause, a line each.
  public var explanation: String {
    var lines = [description]
    if let remedy { lines.append("hint: \(remedy)") }
    if let id = context.requestID { lines.append("request: \(printable(id))") }
    if let cause { lines.append("cause: \(printable(String(describing: cause)))") }
    return lines.joined(separator: "\n")
  }

  private var quotation: [String] {
    context.serverMessage.map { ["The hub says: \"\(printable($0, limit: 400))\"."] } ?? []
  }

  /// "`unet/config.json` of org/model at revision main", as far as it is known.
  private var subject: String {
    var words: [String] = []
    if let file = context.file { words.append("'\(printable(file))'") }
    if let repository = context.repository { words.append((words.isEmpty ? "" : "of ") + "'\(repository)'") }
    if let revision = context.revision { words.append("at revision '\(revision)'") }
    return words.isEmpty ? (context.url.map { printable($0) } ?? "the request") : words.joined(separator: " ")
  }

  private var repositoryName: String { context.repository.map { "'\($0)'" } ?? "the repository" }

  /// The repository by its id, or where it was looked for.
  private var repositoryPlace: String {
    context.repository.map { "'\($0)'" } ?? context.url.map { "at \(printable($0))" } ?? "of that name"
  }

  private var sentence: String {
    switch problem {
    case .invalidArgument(let name, let value, let reason):
      "The \(name)\(value.map { " '\(printable($0, limit: 120))'" } ?? "") is not valid: \(reason)."
    case .unsafePath(let path, let reason):
      "The path '\(printable(path, limit: 120))' is refused: \(reason)."
    case .repositoryNotFound: "There is no repository \(repositoryPlace), or it is private."
    case .revisionNotFound: "Repository \(repositoryName) has no revision '\(context.revision?.name ?? "?")'."
    case .entryNotFound: "There is no \(subject)."
    case .gated: "Access to \(repositoryName) is restricted, and has not been granted."
    case .disabled: "Repository \(repositoryName) has been disabled."
    case .unauthorized: "The hub did not accept the credentials for \(subject)."
    case .tokenRequired(let places):
      "A token is required, and there is none in \(places.map { printable($0) }.joined(separator: ", "))."
    case .forbidden: "The token does not give the right to \(subject)."
    case .rateLimited(let seconds):
      "The hub asks to slow down\(seconds.map { "; the next request is welcome in \(Int($0.rounded(.up))) s" } ?? "")."
    case .status(let status): "The hub answered \(status) for \(subject)."
    case .network(let reason): "The hub could not be reached for \(subject): \(printable(reason))."
    case .timeout(let reason): "The time is up for \(subject): \(printable(reason))."
    case .protocolViolation(let reason): "The answer for \(subject) is not what a hub sends: \(printable(reason))."
    case .limitExceeded(let reason): "The answer for \(subject) is too large: \(printable(reason))."
    case .integrity(let expected, let got):
      "The bytes of \(subject) are not the ones announced: expected \(expected), got \(got). Nothing was stored."
    case .notCached(let files, _): Self.missing(files, subject)
    default: localSentence
    }
  }

  private var localSentence: String {
    switch problem {
    case .offline: "The hub is not asked for \(subject) in offline mode."
    case .cache(let path, let reason): "The cache cannot be used at '\(printable(path))': \(printable(reason))."
    case .lockTimeout(let path, let seconds):
      "Another process has held the lock '\(printable(path))' for \(Int(seconds)) s."
    case .diskFull(let path, let needed, let free):
      "No space left for '\(printable(path))'" + Self.amounts(needed, free) + "."
    case .readOnly(let path): "'\(printable(path))' is on a read-only file system."
    case .permission(let path): "No permission for '\(printable(path))'."
    case .system(let call, let path, let errno): "\(call) failed for '\(printable(path))' (errno \(errno))."
    case .conflict(let reason): "\(printable(reason))."
    case .rejected(let reason): "The remote refused the change to \(subject): \(printable(reason))."
    case .repository(let reason): "The git repository cannot be used: \(printable(reason))."
    case .uncertain(let reason): "It is not known whether the change was made: \(printable(reason))."
    case .configuration(let source, let reason): "\(printable(source)): \(printable(reason))."
    case .checkpoint(let file, let reason):
      "The file '\(printable(file))' cannot be used: \(printable(reason))."
    case .unsafeCheckpoint(let file, let global):
      "The checkpoint '\(printable(file))' asks for '\(printable(global, limit: 120))', which could run any code; nothing of it "
        + "was run."
    case .cancelled: "Cancelled."
    default: preconditionFailure("a problem without a sentence: \(code)")
    }
  }

  private static func missing(_ files: [String], _ subject: String) -> String {
    switch files.count {
    case 0, 1: return "Not in the cache: \(subject)."
    default:
      let names = files.prefix(5).map { "'\(printable($0))'" }.joined(separator: ", ")
      return "Not in the cache: \(subject); missing \(names)\(files.count > 5 ? " and \(files.count - 5) more" : "")."
    }
  }

  private static func amounts(_ needed: Int64?, _ free: Int64?) -> String {
    guard let needed else { return "" }
    return ": \(needed) bytes needed" + (free.map { ", \($0) free" } ?? "")
  }

  private var remedy: String? {
    switch problem {
    case .repositoryNotFound:
      "check the spelling; for a private repository pass a token that may read it, or log in with 'dhub login'"
    case .unauthorized:
      "pass a token that is valid there, or log in with 'dhub login'; for other git servers git's credential helpers are asked"
    case .tokenRequired: "set HF_TOKEN, or log in with 'dhub login'"
    case .revisionNotFound: "see the repository's branches and tags; the default revision is 'main'"
    case .entryNotFound where context.file == "scheduler_config.json":
      "pipelines keep it in a folder of their own; name it as the subfolder, which usually is 'scheduler'"
    case .gated: "ask for access on the repository's page, then pass the token of the account that was granted it"
    case .forbidden: "use a token with that right"
    case .network: "check the connection, the proxy settings and the endpoint ('dhub env' shows those in force)"
    case .timeout: "try again; raise HF_HUB_DOWNLOAD_TIMEOUT where the network is known to be slow"
    case .protocolViolation: "check that the endpoint is a hub and that no proxy or login page answers in its place"
    case .integrity: "try again; when it happens every time, the file is damaged on the hub or on the way"
    case .notCached(let files, let mode): fetchRemedy(files, mode)
    case .offline(let mode): "try again \(Self.withoutOffline(mode))"
    case .lockTimeout: "wait for the other process, or stop it if it hangs; the lock goes with it"
    case .diskFull:
      "free some space, or choose another place: HF_HUB_CACHE for the cache, TMPDIR for temporary files"
    case .readOnly, .permission: "choose another cache with HF_HUB_CACHE or --cache-dir"
    case .rejected:
      "nothing was changed there; do what the remote asks for, or push to a branch that it lets you change"
    case .unsafeCheckpoint:
      "save nothing but the tensors: torch.save(model.state_dict(), …); do not load the file if you do not know its author"
    case .rateLimited: "wait and try again; an account's token often raises the limit"
    default: nil
    }
  }

  private func fetchRemedy(_ files: [String], _ mode: OfflineMode) -> String {
    var words = ["dhub download", context.repository?.name ?? "REPO"]
    words += files.prefix(5).map(shellQuoted)
    if let kind = context.repository?.kind, kind != .model { words.append("--repo-type \(kind.rawValue)") }
    if let revision = context.revision, revision != .main { words.append("--revision \(shellQuoted(revision.name))") }
    return "fetch it \(Self.withoutOffline(mode)): \(words.joined(separator: " "))"
  }

  private static func withoutOffline(_ mode: OfflineMode) -> String {
    switch mode {
    case .argument: "without offline mode"
    case .variable(let name): "with \(name) unset"
    }
  }
}

/// `text` with everything escaped that could move a terminal's cursor, hide text or forge a line, cut at `limit`.
public func printable(_ text: String, limit: Int = 1000) -> String {
  if text.utf8.count <= limit, text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return text }
  var result = ""
  for scalar in text.unicodeScalars.prefix(limit) {
    if RepositoryPath.isUnprintable(scalar) {
      result += "\\u{\(String(scalar.value, radix: 16))}"
    } else {
      result.unicodeScalars.append(scalar)
    }
  }
  return text.unicodeScalars.count > limit ? result + "…" : result
}

/// `word` as a shell takes it literally.
public func shellQuoted(_ word: String) -> String {
  let plain = word.utf8.allSatisfy { byte in
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./=:@%+,".utf8.contains(byte)
  }
  return plain && !word.isEmpty
    ? word : "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
}
