import DiffusionHub
import Foundation
import HubTestSupport
import TestSupport
import Testing

/// From a repository's id to a scheduler, with a real hub over real bare repositories.
@Suite struct LoadingTests {
  /// A hub with `acme/euler`, and a client with an empty cache.
  struct World {
    let repositories: TestRepositories
    let hub: RunningHub
    let home: TemporaryDirectory

    init() async throws {
      repositories = try TestRepositories()
      hub = try await RunningHub(root: repositories.root)
      home = try TemporaryDirectory()
    }

    func client(_ variables: [String: String] = [:], isOffline: Bool = false) -> HubClient {
      HubClient(
        variables: variables.merging(["HF_ENDPOINT": hub.endpoint.absoluteString, "HF_HOME": home.path]) { $1 },
        userHome: home.path, isOffline: isOffline)
    }
  }

  @Test func `one line from an id to a scheduler, and again without the hub`() async throws {
    let world = try await World()
    let euler = try await EulerDiscreteScheduler.fromPretrained(
      "acme/euler", subfolder: "scheduler", client: world.client())
    #expect(euler.config["beta_schedule"] == "scaled_linear")
    try await world.hub.stop()
    let offline = try await AnyScheduler.load(
      from: "acme/euler", subfolder: "scheduler", client: world.client(isOffline: true))
    guard case .repository(let file) = offline.source else {
      Issue.record("not from a repository")
      return
    }
    #expect(file.origin == .cache && file.commit == world.repositories.commits.last && file.staleness == nil)
    let stale = try await AnyScheduler.load(from: "acme/euler", subfolder: "scheduler", client: world.client())
    guard case .repository(let unreached) = stale.source else { return }
    #expect(unreached.staleness?.code == .network)
  }

  @Test func `every revision is its own configuration`() async throws {
    let world = try await World()
    var spacings: [String: JSONValue] = [:]
    for revision in ["main", "sdxl", "v1", "refs/pr/1", world.repositories.commits[1].hex] {
      let loaded = try await AnyScheduler.load(
        from: "acme/euler", subfolder: "scheduler", revision: revision, client: world.client())
      spacings[revision] = loaded.scheduler.config["timestep_spacing"]
    }
    #expect(spacings.count == 5 && spacings["main"] != nil)
    await expect(.revisionNotFound) {
      try await AnyScheduler.fromPretrained(
        "acme/euler", subfolder: "scheduler", revision: "nope", client: world.client())
    }
  }

  @Test func `a class takes another class's configuration, and overrides`() async throws {
    let world = try await World()
    let loaded = try await DPMSolverMultistepScheduler.load(
      from: "acme/euler", subfolder: "scheduler",
      overrides: ["use_karras_sigmas": true, "solver_order": 3, "no_such_key": 1], client: world.client())
    #expect(loaded.scheduler.config["solver_order"] == 3)
    #expect(loaded.scheduler.className == "DPMSolverMultistepScheduler")
    #expect(loaded.unusedKeys.contains("no_such_key"))
    #expect(loaded.loadingInfo.unexpectedKeys.contains("no_such_key"))
    #expect(loaded.loadingInfo.missingKeys.contains("algorithm_type"))
  }

  @Test func `who may not see a repository does not`() async throws {
    let world = try await World()
    func load(_ id: String, _ token: TokenRequest) async throws -> AnyScheduler {
      try await AnyScheduler.fromPretrained(id, options: DownloadOptions(token: token), client: world.client())
    }
    await expect(.repositoryNotFound) { try await load("acme/secret", .none) }
    await expect(.repositoryNotFound) { try await load("acme/secret", .string(RunningHub.Tokens.stranger)) }
    await expect(.unauthorized) { try await load("acme/secret", .string("hf_wrong")) }
    await expect(.gated) { try await load("acme/gated", .string(RunningHub.Tokens.stranger)) }
    await expect(.disabled) { try await load("acme/disabled", .none) }
    await expect(.repositoryNotFound) { try await load("acme/none", .none) }
    await expect(.tokenRequired) { try await load("acme/secret", .required) }
    await expect(.entryNotFound) { try await load("acme/secret", .string(RunningHub.Tokens.member)) }
  }

  @Test func `what is saved is loaded again`() async throws {
    let world = try await World()
    let euler = try await EulerDiscreteScheduler.fromPretrained(
      "acme/euler", subfolder: "scheduler", client: world.client())
    let directory = world.home.appending("saved")
    let path = try euler.savePretrained(to: directory)
    #expect(try [UInt8](Data(contentsOf: URL(filePath: path))) == euler.config.encoded())
    let again = try await AnyScheduler.load(from: directory, client: world.client(isOffline: true))
    #expect(again.scheduler.config == euler.config.withoutDefaults(of: again.scheduler.config))
    guard case .file(path) = again.source else {
      Issue.record("not from the file")
      return
    }
  }

  // MARK: Bad input

  static let names: [(String, HubError.Code)] = [
    ("org/my model", .invalidArgument), ("../../etc", .entryNotFound), ("org/..", .invalidArgument),
    ("org/mo\0del", .invalidArgument), ("a/b/c/d", .invalidArgument), ("", .invalidArgument),
    (String(repeating: "x", count: 300), .invalidArgument), ("/no/such/directory", .entryNotFound),
    ("./no", .entryNotFound), ("http://host/x", .invalidArgument), ("org/mod\u{e9}l", .invalidArgument),
  ]

  @Test(arguments: names.indices) func `a source that is neither path nor id asks nothing`(row: Int) async throws {
    let (name, code) = Self.names[row]
    await expect(code) {
      try await AnyScheduler.fromPretrained(name, client: HubClient(variables: [:], userHome: "/", isOffline: true))
    }
  }

  @Test(arguments: ["../x", "/etc", "a/../../b", "a//b", ".git", "x\0y", "a\\b"])
  func `a subfolder cannot climb out`(subfolder: String) async throws {
    let home = try TemporaryDirectory()
    for source in ["org/model", home.path] {
      await expect(.unsafePath) {
        try await AnyScheduler.fromPretrained(
          source, subfolder: subfolder, client: HubClient(variables: [:], userHome: "/", isOffline: true))
      }
    }
  }

  static let files: [(String, SchedulerError.Code)] = [
    ("", .syntax), ("{", .syntax), ("<html>", .syntax), ("[]", .configuration), ("7", .configuration),
    ("{}", .unknownClass), (#"{"_class_name": "os.system"}"#, .unknownClass), (#"{"_class_name": 7}"#, .configuration),
    (#"{"_class_name": "DDIMScheduler", "num_train_timesteps": 1e999}"#, .configuration),
    (#"{"_class_name": "DDIMScheduler", "num_train_timesteps": "1000"}"#, .configuration),
    (#"{"_class_name": "DDIMScheduler", "beta_schedule": "Linear"}"#, .configuration),
    (String(repeating: "[", count: 100_000), .limit),
  ]

  @Test(arguments: files.indices) func `a file that is no configuration is refused`(row: Int) async throws {
    let (text, code) = Self.files[row]
    let home = try TemporaryDirectory()
    try home.write(Array(text.utf8), to: SchedulerConfig.fileName)
    do {
      let scheduler = try await AnyScheduler.fromPretrained(home.path)
      Issue.record("loaded \(scheduler)")
    } catch let error as SchedulerError {
      #expect(error.code == code, "\(error)")
    }
  }

  @Test func `a gigabyte is no configuration, here or on a hub`() async throws {
    let world = try await World()
    let path = world.home.appending(SchedulerConfig.fileName)
    #expect(FileManager.default.createFile(atPath: path, contents: nil))
    #expect(truncate(path, 1 << 30) == 0)
    await expect(.configuration) { try await AnyScheduler.fromPretrained(world.home.path) }

    let hub = try FaultServer { request in
      let headers: KeyValuePairs = [
        "X-Repo-Commit": String(repeating: "a", count: 40), "ETag": "\"\(String(repeating: "b", count: 64))\"",
      ]
      return Answer(200, headers: headers, content: .pattern(length: 1 << 30))
    }
    let client = HubClient(variables: ["HF_HOME": world.home.appending("hf"), "HF_ENDPOINT": hub.endpoint])
    await expect(.limitExceeded) { try await AnyScheduler.fromPretrained("org/model", client: client) }
    #expect(hub.requests.allSatisfy { $0.method == "HEAD" })
  }

  @Test func `a pipe or a directory in the file's place does not hang`() async throws {
    let home = try TemporaryDirectory()
    #expect(mkfifo(home.appending(SchedulerConfig.fileName), 0o600) == 0)
    await expect(.configuration) { try await AnyScheduler.fromPretrained(home.path) }
    let other = try TemporaryDirectory()
    try other.write([], to: SchedulerConfig.fileName + "/x")
    await expect(.configuration) { try await AnyScheduler.fromPretrained(other.path) }
    await expect(.entryNotFound) { try await AnyScheduler.fromPretrained(TemporaryDirectory().path) }
  }
}

extension SchedulerConfig {
  /// The same values, with the defaults that `other` knows of.
  fileprivate func withoutDefaults(of other: SchedulerConfig) -> SchedulerConfig {
    var copy = other
    for (key, value) in values { copy[key] = value }
    return copy
  }
}
