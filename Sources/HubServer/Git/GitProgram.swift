import Foundation
import HubGit
import HubModel

/// The `git` of the machine: the engine that packs for a fetch and unpacks a push.
///
/// libgit2 cannot serve packs, and git's own receive-pack brings what would have to be written again: a quarantine for
/// objects, `fsck`, the check that nothing is missing, refs that move together or not at all, the report. It is run
/// without a shell, with a fixed list of arguments, with an environment of a few variables and without any
/// configuration but the repository's own; ours goes before that.
struct GitProgram: Sendable {
  /// The executable.
  let path: String
  /// The directory of the hooks that ask the hub (`PushHook`).
  let hooks: String

  /// Where it, and what it runs, are looked for.
  let searchPath: String

  /// The git in one of the directories of `searchPath`, or `nil` if there is none.
  init?(searchPath: String, hooks: String) {
    (self.searchPath, self.hooks) = (searchPath, hooks)
    let places = searchPath.split(separator: ":")
    guard let path = places.lazy.map({ String($0) + "/git" }).first(where: { access($0, X_OK) == 0 }) else {
      return nil
    }
    self.path = path
  }

  /// The arguments, after the program's name, that serve `service` for the bare repository at `repository`.
  ///
  /// - Parameter body: The length of the request's body; `nil` where only the refs are asked for.
  func arguments(
    _ service: Route.GitService, _ repository: String, body: Int64?, _ limits: HubServer.Limits
  ) -> [String] {
    let settings =
      Self.settings
      + (service == .receivePack ? Self.receiving + receiving(limits, body: body ?? 0) : Self.uploading)
    let command =
      service == .receivePack ? ["receive-pack", "--stateless-rpc"] : ["upload-pack", "--stateless-rpc", "--strict"]
    let advertises = body == nil ? ["--advertise-refs"] : []
    return settings.flatMap { ["-c", $0] } + command + advertises + [repository]
  }

  private static let settings = [
    "transfer.hideRefs=refs/hub", "gc.auto=0", "core.filesRefLockTimeout=10000", "core.packedGitLimit=256m",
    // Weights do not shrink as differences: not to look for them saves minutes, and what is longer is streamed.
    "core.bigFileThreshold=1m",
  ]

  private static let uploading = [
    // Any object may be asked for by name, as protocol 2 allows anyway; partial clones come back for blobs.
    "uploadpack.allowFilter=true", "uploadpack.allowAnySHA1InWant=true", "pack.threads=1", "pack.windowMemory=64m",
    "pack.compression=1",
  ]

  private static let receiving = [
    "receive.fsckObjects=true", "receive.autogc=false", "receive.advertiseAtomic=true", "core.packedRefsTimeout=10000",
    // On the disk before it is acknowledged.
    "core.fsync=committed,reference",
  ]

  private func receiving(_ limits: HubServer.Limits, body: Int64) -> [String] {
    // A long pack is kept as it is, as taking it apart and packing it again for each clone would cost much; a short one
    // becomes single files, as thousands of packs would slow every reader down.
    ["core.hooksPath=\(hooks)", "receive.maxInputSize=\(limits.push)"]
      + (body > 4 << 20 ? ["receive.unpackLimit=1"] : [])
  }

  /// The whole environment of git and its hooks.
  func environment(version: String?, user: String?) -> [String: String] {
    var environment = [
      "PATH": searchPath, "HOME": hooks, "LC_ALL": "C",
      "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_TERMINAL_PROMPT": "0",
      "GIT_NO_LAZY_FETCH": "1",
    ]
    if let version { environment["GIT_PROTOCOL"] = version }
    if let user {
      environment["REMOTE_USER"] = user
      environment["GIT_COMMITTER_NAME"] = user
      environment["GIT_COMMITTER_EMAIL"] = "\(user)@localhost"
    }
    return environment
  }
}
