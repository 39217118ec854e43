import DiffusionHub
import Foundation
import HubTestSupport
import TestSupport
import Testing

/// From a scheduler to a repository, and back.
@Suite struct PushingTests {
  let repositories: TestRepositories
  let home: TemporaryDirectory

  init() throws { (repositories, home) = (try TestRepositories(), try TemporaryDirectory()) }

  private var path: String { repositories.root + "/models/acme/pushed.git" }

  private func client(_ hub: RunningHub? = nil) -> HubClient {
    var variables = ["HF_HOME": home.path, "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.org"]
    if let hub { variables["HF_ENDPOINT"] = hub.endpoint.absoluteString }
    return HubClient(variables: variables, userHome: home.path, isOffline: hub == nil)
  }

  @Test func `what is pushed is what is loaded`() async throws {
    let dpm = try DPMSolverMultistepScheduler(config: ["algorithm_type": "sde-dpmsolver++", "my_key": 1])
    let pushed = try await dpm.pushToHub(path, subfolder: "scheduler", client: client())
    #expect(pushed.plan.items(.added).map(\.path.text) == ["README.md", "scheduler/scheduler_config.json"])
    let hub = try await RunningHub(root: repositories.root)
    let loaded = try await AnyScheduler.load(from: "acme/pushed", subfolder: "scheduler", client: client(hub))
    #expect(loaded.scheduler.config.encoded() == dpm.config.encoded() && loaded.unusedKeys == ["my_key"])
    guard case .repository(let file) = loaded.source else {
      Issue.record("not from a repository")
      return
    }
    #expect(file.commit == pushed.commit)
    let history = try await client(hub).commits(of: RepositoryID("acme/pushed"))
    #expect(history.map(\.title) == ["Upload scheduler"])
  }

  @Test func `a second push is no commit, and a changed value is one file`() async throws {
    let first = try await EulerDiscreteScheduler(config: [:]).pushToHub(path, client: client())
    let again = try await EulerDiscreteScheduler(config: [:]).pushToHub(path, client: client())
    #expect(again.outcome == .unchanged && again.commit == first.commit)
    let karras = try EulerDiscreteScheduler(config: ["use_karras_sigmas": true])
    let plan = try await karras.pushPlan(path, client: client())
    #expect(plan.effective.map(\.path.text) == ["scheduler_config.json"] && plan.parent == first.commit)
    let second = try await karras.pushToHub(path, commitMessage: "Space the sigmas anew", client: client())
    #expect(second.outcome == .committed && second.plan == plan)
  }

  @Test func `a card has what hubs look for, and one that is there is kept`() async throws {
    try await DDIMScheduler(config: [:]).pushToHub(path, subfolder: "scheduler", client: client())
    let hub = try await RunningHub(root: repositories.root)
    func card() async throws -> String {
      let file = try await client(hub).download(RepositoryPath("README.md"), from: RepositoryID("acme/pushed"))
      return String(decoding: try Data(contentsOf: URL(filePath: file.path)), as: UTF8.self)
    }
    let written = try await card()
    #expect(written.hasPrefix("---\nlibrary_name: diffusers\ntags:\n- diffusers\n- scheduler\n- DDIMScheduler\n---\n"))
    #expect(written.contains("subfolder=\"scheduler\""))
    try await DDPMScheduler(config: [:]).pushToHub(path, subfolder: "scheduler", client: client())
    #expect(try await card() == written)
  }

  @Test func `saving and pushing are one call`() async throws {
    let folder = home.appending("my-scheduler")
    let saved = try await DDIMScheduler(config: [:]).savePretrained(
      to: folder, pushToHub: true, repositoryID: path, client: client())
    #expect(saved.path == folder + "/scheduler_config.json" && saved.pushed?.outcome == .committed)
    #expect(try await DDIMScheduler(config: [:]).savePretrained(to: folder, pushToHub: false).pushed == nil)
    // Without a hub nobody knows whose namespace it is; what was saved stays.
    await expect(.offline) {
      try await DDPMScheduler(config: [:]).savePretrained(to: folder, pushToHub: true, client: client())
    }
    #expect(try await AnyScheduler.fromPretrained(folder).className == "DDPMScheduler")
  }

  @Test(arguments: ["", "two\nlines"]) func `a message is a line`(message: String) async throws {
    await expect(.invalidArgument) {
      try await DDIMScheduler(config: [:]).pushToHub(path, commitMessage: message, client: client())
    }
  }
}
