import HubGit
import HubModel
import HubTransport

/// A request to `git-upload-pack` in version 2 (gitprotocol-v2, "Command Request").
struct UploadPackRequest: Sendable {
  private let command: String
  private let arguments: [String]

  /// Asks for `HEAD` and for the refs whose names begin with one of `prefixes` (`ls-refs`).
  static func references(_ prefixes: [String], _ server: Capabilities) -> UploadPackRequest {
    let unborn = server.has("unborn", of: "ls-refs") ? ["unborn"] : []
    return UploadPackRequest(
      command: "ls-refs", arguments: ["symrefs"] + unborn + (["HEAD"] + prefixes).map { "ref-prefix \($0)" })
  }

  /// Asks for a commit with its trees: no history, no blob (`fetch` with `deepen 1` and `filter blob:none`).
  static func trees(of commit: CommitID) -> UploadPackRequest {
    UploadPackRequest(
      command: "fetch", arguments: ["no-progress", "ofs-delta", "want \(commit)", "deepen 1", "filter blob:none", "done"])
  }

  /// Asks for blobs by name, which servers of version 2 give out.
  static func blobs(_ ids: some Sequence<GitObjectID>) -> UploadPackRequest {
    UploadPackRequest(
      command: "fetch", arguments: ["no-progress", "ofs-delta"] + ids.map { "want \($0)" } + ["done"])
  }

  /// The request as it is sent to a server that can do this; what it does not know it need not be told.
  func bytes(for server: Capabilities) -> [UInt8] {
    var head = ["command=\(command)"]
    if server.contains("agent") { head.append(Capabilities.agent) }
    if server.contains("object-format") { head.append("object-format=sha1") }
    return (head.map(PacketLine.text) + [.delimiter] + arguments.map(PacketLine.text) + [.flush]).bytes
  }
}

extension Capabilities {
  /// The name by which we introduce ourselves to git servers.
  static let agent = "agent=diffusion-hub/\(UserAgent.packageVersion)"

  /// Whether the server can send a commit without its history and without blobs.
  var canSendTreesAlone: Bool { has("shallow", of: "fetch") && has("filter", of: "fetch") }
}
