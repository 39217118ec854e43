import Foundation
public import HubGit
public import HubModel
public import TestSupport

/// A folder of bare repositories as `dhub serve` takes it.
///
/// | repository | holds |
/// | --- | --- |
/// | `acme/euler` | `scheduler/scheduler_config.json` of SD 1.5 on `main`; SDXL's on the branch `sdxl`; the tag `v1` (annotated) on the first commit; `refs/pr/1`; `weights.bin` in LFS; 5 commits |
/// | `acme/secret` | private, owned by the organisation `acme` |
/// | `acme/gated` | gated by hand |
/// | `acme/disabled` | switched off |
/// | `acme/empty` | no commit |
/// | `legacy` | no owner |
/// | `datasets/acme/euler` | a dataset of the same name as a model |
public struct TestRepositories: Sendable {
  /// The folder; goes away with the last copy of this value.
  public let directory: TemporaryDirectory
  /// The commits of `main` of `acme/euler`, the first one first.
  public let commits: [CommitID]
  /// The content of `weights.bin`.
  public static let weights = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) }

  /// The path of the folder.
  public var root: String { directory.path }
  /// The shared objects of git LFS.
  public var objects: LFSStore { LFSStore(path: root + "/lfs") }

  /// Makes the repositories.
  public init() throws {
    directory = try TemporaryDirectory()
    commits = try Self.makeMain(directory.path)
    for (name, key, value) in [
      ("secret", "hub.private", "true"), ("gated", "hub.gated", "manual"), ("disabled", "hub.disabled", "true"),
    ] {
      let repository = try Self.create("models/acme/\(name)", in: directory.path)
      try repository.commit([try RepositoryPath("config.json"): .file(try Self.config("ddim"))], message: "Add")
      try repository.set(key, to: value)
    }
    _ = try Self.create("models/acme/empty", in: directory.path)
    for name in ["models/legacy", "datasets/acme/euler"] {
      try Self.create(name, in: directory.path).commit(
        [try RepositoryPath("README.md"): .file(Array("# \(name)\n".utf8))], message: "Add a card")
    }
  }

  /// The bytes of `fixtures/configs/NAME.json`.
  public static func config(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: Layout.fixture("configs/\(name).json")))
  }

  /// Opens a bare repository, such as `models/acme/euler`.
  public func open(_ name: String) throws -> GitRepository { try GitRepository(bareAt: "\(root)/\(name).git") }

  private static func create(_ name: String, in root: String) throws -> GitRepository {
    try GitRepository.create(bareAt: "\(root)/\(name).git")
  }

  private static func makeMain(_ root: String) throws -> [CommitID] {
    let repository = try create("models/acme/euler", in: root)
    let scheduler = try RepositoryPath("scheduler/scheduler_config.json")
    let weights = try LFSStore(path: root + "/lfs").add(weights)
    let steps: [([RepositoryPath: GitChange], String)] = [
      ([try RepositoryPath("README.md"): .file(Array("# Euler\n".utf8))], "initial commit"),
      ([scheduler: .file(try config("sd15"))], "Add the scheduler\n\nAs in Stable Diffusion 1.5."),
      ([try RepositoryPath("weights.bin"): .pointer(weights)], "Add weights"),
      (
        [
          try RepositoryPath("x y#1.txt"): .file(Array("odd\n".utf8)), try RepositoryPath("unet/é.json"): .file([]),
        ], "Add odd names"
      ),
      ([try RepositoryPath("README.md"): .file(Array("# Euler\n\nSecond.\n".utf8))], "Change the card"),
    ]
    var commits: [CommitID] = []
    for (number, (changes, message)) in steps.enumerated() {
      let author = GitSignature(name: "Ada", email: "ada@localhost", time: 1_700_000_000 + Int64(number))
      commits.append(try repository.commit(changes, message: message, author: author))
    }
    try repository.setReference("refs/heads/sdxl", to: commits[4], expecting: .absent)
    try repository.commit([scheduler: .file(try config("sdxl"))], to: "refs/heads/sdxl", message: "As in SDXL")
    try repository.setReference("refs/tags/v1", to: commits[1], expecting: .absent)
    try repository.setReference("refs/pr/1", to: commits[2], expecting: .absent)
    return commits
  }
}
