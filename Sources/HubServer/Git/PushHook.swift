import Foundation
import HubGit
import HubModel

/// The hooks with which git asks the hub whether a push may go on.
///
/// git runs `pre-receive` when the objects of a push are in quarantine and before any ref moves. Ours hands the hub the
/// quarantine's path and the commands over one pipe and reads the verdict from another, which git inherits from the
/// hub: nothing is left on a disk, and when the hub ends, the hook reads an end, and the push is refused.
///
///     git → hub   the path of the quarantine; OLD NEW REF for each command; an empty line
///     hub → git   lines for the pusher, each after a `>`; then `yes` or `no`
///
/// The repository's own hooks, which `core.hooksPath` would hide, run as ever: its `pre-receive` after ours.
enum PushHook {
  /// The file descriptors that the hook finds the pipes at.
  static let (question, verdict): (Int32, Int32) = (3, 4)

  /// Writes the hooks to `directory`; those of an older version are replaced.
  ///
  /// - Throws: `configuration` if the file system would not run them: git passes over such hooks without a word.
  static func install(in directory: String) throws(HubError) {
    try makeDirectories(directory)
    for name in ["pre-receive", "update", "post-receive", "post-update", "reference-transaction"] {
      let path = directory + "/" + name
      try write(name == "pre-receive" ? asking : passing, to: path)
      guard access(path, X_OK) == 0 else {
        throw HubError(.configuration(source: path, reason: "hooks cannot be run on this file system"))
      }
    }
  }

  private static func write(_ text: String, to path: String) throws(HubError) {
    if FileManager.default.contents(atPath: path) == Data(text.utf8), access(path, X_OK) == 0 { return }
    try replaceFile(path, with: Array(text.utf8), mode: 0o755)
  }

  private static let asking = """
    #!/bin/sh
    # Written by dhub serve: asks the hub whether this push may go on, then the repository's own hook.
    commands=$(cat)
    printf '%s\\n%s\\n\\n' "$GIT_QUARANTINE_PATH" "$commands" >&3 || exit 1
    verdict=
    while IFS= read -r line <&4; do
      case $line in
        '>'*) printf '%s\\n' "${line#>}" >&2 ;;
        *) verdict=$line; break ;;
      esac
    done
    [ "$verdict" = yes ] || exit 1
    [ ! -x hooks/pre-receive ] || printf '%s\\n' "$commands" | hooks/pre-receive "$@" 3>&- 4>&-

    """

  private static let passing = """
    #!/bin/sh
    # Written by dhub serve: runs the repository's own hook of this name.
    [ ! -x "hooks/${0##*/}" ] || exec "hooks/${0##*/}" "$@" 3>&- 4>&-

    """
}

/// What the hook asks about.
struct PushQuestion: Hashable, Sendable {
  /// What happens to a ref: from one commit, which is `nil` for none, to another.
  struct Command: Hashable, Sendable {
    let old: String?
    let new: String?
    let reference: String
  }

  /// Where the new objects are; `nil` if there are none.
  let quarantine: String?
  let commands: [Command]

  /// Reads the lines of a question; `nil` if they are not one.
  init?(_ text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard let first = lines.first else { return nil }
    quarantine = first.isEmpty ? nil : String(first)
    var commands: [Command] = []
    for line in lines.dropFirst() where !line.isEmpty {
      let words = line.split(separator: " ", maxSplits: 2)
      guard words.count == 3, words[..<2].allSatisfy({ $0.utf8.count == 40 }) else { return nil }
      let ids = words[..<2].map { $0.utf8.allSatisfy { $0 == UInt8(ascii: "0") } ? nil : String($0) }
      commands.append(Command(old: ids[0], new: ids[1], reference: String(words[2])))
    }
    guard !commands.isEmpty else { return nil }
    self.commands = commands
  }
}

/// What the hub says to a push.
struct PushVerdict: Hashable, Sendable {
  /// What is against it, in sentences for whoever pushes; nothing if it may go on.
  var objections: [String] = []
  /// What there is to say besides.
  var remarks: [String] = []
}
