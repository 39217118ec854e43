import DiffusionHub
import Hub
import HubCredentials
import HubModel
import HubServer
import Logging

/// The main job as a story: what is done, the command that does the same, what came out.
struct Demo: Sendable {
  let folder: DemoFolder
  let output: Output
  let logger: Logger?

  private static let repository = "demo/sdxl"

  /// Tells the story to its end.
  ///
  /// - Returns: The results in numbers.
  /// - Throws: What went wrong, or a ``Failure`` for a result that is not as it should be.
  func run() async throws -> JSONObject {
    try say(
      "dhub \(Version.number): a hub, a scheduler pushed and loaded by its repository id, offline again, a sample.")
    let token = try folder.prepare()
    let (endpoint, hub) = try await startHub()
    let online: LoadedSource
    do {
      try await push(endpoint, token)
      online = try await fetch(endpoint)
    } catch {
      hub.cancel()
      throw error
    }
    hub.cancel()
    try await hub.value
    let offline = try await loadOffline()
    try check(online.scheduler.config == offline.scheduler.config, "the configuration is the same offline")
    let spread = try sample(offline.scheduler)
    return [
      "endpoint": .string(endpoint), "class": .string(offline.scheduler.className), "source": .object(offline.json),
      "standard_deviation": .double(spread),
    ]
  }

  // MARK: Telling

  func say(_ text: String) throws { if !output.isJSON { try output.line(text) } }

  func chapter(_ title: String, _ command: String) throws {
    try say("\n\(title)\n  $ \(command)")
  }

  func check(_ isTrue: Bool, _ claim: String) throws {
    guard isTrue else {
      throw Failure(status: .other, code: "demo", message: "The demo failed: it is not true that \(claim).")
    }
  }

  // MARK: Chapters

  private func startHub() async throws -> (String, Task<Void, any Error>) {
    try chapter("1. A hub over plain bare git repositories", "dhub serve --root hub --port 0")
    var configuration = HubServer.Configuration(root: folder.hub)
    if let logger { configuration.logger = logger } else { configuration.logger.logLevel = .error }
    let server = try HubServer(configuration)
    let (ports, listening) = AsyncStream.makeStream(of: Int.self)
    let hub = Task {
      defer { listening.finish() }
      try await server.run { listening.yield($0) }
    }
    guard let port = await ports.first(where: { _ in true }) else {
      try await hub.value
      throw CancellationError()
    }
    let endpoint = "http://127.0.0.1:\(port)"
    try say("  listening on \(endpoint)")
    return (endpoint, hub)
  }

  private func push(_ endpoint: String, _ token: Token) async throws {
    try chapter(
      "2. A scheduler pushed to it: the plan, then the commit",
      "HF_ENDPOINT=\(endpoint) dhub scheduler push ./sdxl \(Self.repository) --path-in-repo scheduler")
    let client = client(endpoint: endpoint, isOffline: false)
    let scheduler = try await AnyScheduler.fromPretrained(folder.source, client: client)
    let request: TokenRequest = .token(token)
    let plan = try await scheduler.pushPlan(Self.repository, subfolder: "scheduler", token: request, client: client)
    try say(plan.text.split(separator: "\n").map { "  " + $0 }.joined(separator: "\n"))
    let pushed = try await scheduler.pushToHub(
      Self.repository, subfolder: "scheduler", token: request, client: client)
    try check(pushed.outcome == .committed, "the scheduler was pushed")
    try say("  \(pushed.url ?? "")")
    let again = try await scheduler.pushToHub(
      Self.repository, subfolder: "scheduler", token: request, client: client)
    try check(again.outcome == .unchanged, "the same again is no commit")
  }

  private func fetch(_ endpoint: String) async throws -> LoadedSource {
    try chapter(
      "3. A scheduler by repository id",
      "HF_ENDPOINT=\(endpoint) dhub scheduler show \(Self.repository) --subfolder scheduler")
    let loaded = try await load(client(endpoint: endpoint, isOffline: false))
    try check(loaded.json["origin"] == "hub", "the configuration came from the hub")
    try describe(loaded)
    return loaded
  }

  private func loadOffline() async throws -> LoadedSource {
    try chapter(
      "4. The same with the hub gone, from the cache that Python shares",
      "HF_HUB_OFFLINE=1 dhub scheduler show \(Self.repository) --subfolder scheduler")
    let loaded = try await load(client(endpoint: nil, isOffline: true))
    try check(loaded.json["origin"] == "cache", "the configuration came from the cache")
    try describe(loaded)
    return loaded
  }

  private func describe(_ loaded: LoadedSource) throws {
    for line in SchedulerDescription(loaded).heading { try say("  \(line)") }
    let config = loaded.scheduler.config
    let values = ["num_train_timesteps", "beta_schedule", "prediction_type", "timestep_spacing"].map { key in
      "\(key) \(config[key]?.text(.line) ?? "?")"
    }
    try say("  " + values.joined(separator: ", "))
  }

  private func client(endpoint: String?, isOffline: Bool) -> HubClient {
    // The user's settings and tokens are no part of the story; proxies are not asked for loopback.
    HubClient(
      variables: ["HF_HUB_CACHE": folder.cache, "NO_PROXY": "*"], userHome: folder.path, endpoint: endpoint,
      isOffline: isOffline, product: "dhub/\(Version.number)", logger: logger)
  }

  private func load(_ client: HubClient) async throws -> LoadedSource {
    LoadedSource(
      Self.repository, try await AnyScheduler.load(from: Self.repository, subfolder: "scheduler", client: client))
  }
}
