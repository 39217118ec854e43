import Foundation
import HubGit
import HubModel
import HubServer
import HubTestSupport
import HubTransport
import TestSupport
import Testing

/// A hub that knows what it stores.
@Suite struct StoredSchedulerTests {
  typealias Tokens = RunningHub.Tokens

  /// What the answer about a plan holds, as far as tests look at it.
  struct Plan: Decodable {
    struct Stage: Decodable { let timestep, sigma, next_sigma: Double }
    let source: String
    let `class`: String
    let init_noise_sigma: Double
    let stages: [Stage]
    let sigmas: [Double]
  }

  static let route = "/api/models/acme/euler/scheduler-plan/"
  static let file = "scheduler/scheduler_config.json"
  static let broken = #"{"_class_name": "EulerDiscreteScheduler", "beta_schedule": 7}"#

  @Test(arguments: [
    ("main", "", 50, "EulerDiscreteScheduler"), ("main", "?steps=10", 10, "EulerDiscreteScheduler"),
    ("sdxl", "?steps=1", 1, "EulerDiscreteScheduler"), ("v1", "?steps=25", 25, "EulerDiscreteScheduler"),
  ])
  func `the plan of a stored scheduler is answered`(revision: String, query: String, steps: Int, name: String)
    async throws
  {
    let repositories = try TestRepositories()
    let client = Client(try await RunningHub(root: repositories.root))
    for path in [Self.file, "scheduler%2Fscheduler_config.json"] {
      let answer = try await client.get(Self.route + "\(revision)/\(path)\(query)")
      #expect(answer.status == 200, "\(answer.text)")
      let plan = try answer.decoded(as: Plan.self)
      #expect((plan.source, plan.class) == ("acme/euler", name))
      #expect(plan.stages.count == steps && plan.sigmas.count == steps + 1 && plan.init_noise_sigma > 1)
      #expect(plan.stages.allSatisfy { $0.sigma > $0.next_sigma } && plan.stages.last?.next_sigma == 0)
      #expect(answer.headers["X-Repo-Commit"]?.count == 40)
    }
  }

  @Test func `what has no plan says why`() async throws {
    let repositories = try TestRepositories()
    let client = Client(try await RunningHub(root: repositories.root))
    for (path, token, status) in [
      ("main/\(Self.file)?steps=0", nil, 400), ("main/\(Self.file)?steps=-1", nil, 400),
      ("main/\(Self.file)?steps=10001", nil, 400), ("main/\(Self.file)?steps=x", nil, 400),
      ("main/README.md", nil, 422),
      ("main/weights.bin", nil, 422), ("main/scheduler", nil, 404), ("main/nothing", nil, 404),
      ("nothing/\(Self.file)", nil, 404),
      ("main", nil, 404),
    ] as [(String, String?, Int)] {
      let answer = try await client.get(Self.route + path, token: token)
      #expect(answer.status == status, "\(path): \(answer.text)")
    }
    #expect(try await client.send(.post, Self.route + "main/" + Self.file).status == 405)
    for (name, token, status) in [
      ("gated", nil, 401), ("gated", Tokens.stranger, 403), ("gated", Tokens.member, 200),
      ("secret", Tokens.stranger, 404),
      ("secret", Tokens.member, 200), ("disabled", Tokens.member, 403),
    ] as [(String, String?, Int)] {
      let path = "/api/models/acme/\(name)/scheduler-plan/main/config.json"
      #expect(try await client.get(path, token: token).status == status, "\(name)")
    }
  }

  /// How `hub.validate` is set, and what becomes of a configuration that is broken.
  static let modes: [(String?, isTaken: Bool, isTold: Bool)] = [
    (nil, false, true), ("refuse", false, true), ("warn", true, true), ("WARN", true, true), ("off", true, false),
    ("nonsense", false, true),
  ]

  @Test(arguments: modes)
  func `a commit of a broken scheduler is refused, warned of, or taken`(
    mode: String?, isTaken: Bool, isTold: Bool
  ) async throws {
    let repositories = try TestRepositories()
    let client = Client(try await RunningHub(root: repositories.root))
    if let mode { try repositories.open("models/acme/euler").set("hub.validate", to: mode) }
    let answer = try await client.send(
      .post, CommitAttackTests.route, token: Tokens.writer,
      body: CommitAttackTests.body(CommitAttackTests.file(Self.file, Self.broken)))
    #expect(answer.status == (isTaken ? 200 : 422), "\(answer.text)")
    #expect(answer.text.contains("beta_schedule") == isTold, "\(answer.text)")
    #expect((try repositories.open("models/acme/euler").head() == repositories.commits[4]) != isTaken)
  }

  @Test(arguments: modes)
  func `a push of a broken scheduler is refused, warned of, or taken`(
    mode: String?, isTaken: Bool, isTold: Bool
  ) async throws {
    let repositories = try TestRepositories()
    let hub = try await RunningHub(root: repositories.root)
    if let mode { try repositories.open("models/acme/euler").set("hub.validate", to: mode) }
    let user = try await GitUser()
    try await user.git("clone", "-q", hub.remote("acme/euler"), "one")
    try await user.commit(Self.file, Self.broken, in: "one")
    for target in ["main", "new", "refs/tags/v2"] {
      let outcome = try await user.run(
        ["push", "origin", "HEAD:\(target.contains("/") ? "" : "refs/heads/")\(target)"], in: "one", input: [])
      #expect((outcome.status == 0) == isTaken, "\(target): \(outcome.errorText)")
      // Once it is there, it is no longer what the push brings.
      if target == "main" || !isTaken {
        #expect(outcome.errorText.contains("beta_schedule") == isTold, "\(target): \(outcome.errorText)")
      }
    }
    try await repositories.expectSound("models/acme/euler", user)
  }

  @Test func `a push beside a scheduler that is broken already is taken`() async throws {
    let repositories = try TestRepositories()
    let hub = try await RunningHub(root: repositories.root)
    // Somebody put it there by hand.
    try repositories.open("models/acme/euler").commit(
      [try RepositoryPath("old/scheduler_config.json"): .file(Array(Self.broken.utf8))], message: "Break")
    let user = try await GitUser()
    try await user.git("clone", "-q", hub.remote("acme/euler"), "one")
    try await user.commit("a.txt", "a", in: "one")
    try await user.git("push", "-q", "origin", "HEAD", "HEAD:refs/heads/new", in: "one")
    try await user.git("checkout", "-q", "--orphan", "alone", in: "one")
    try await user.commit("b.txt", "b", in: "one")
    #expect(try await user.failure("push", "origin", "HEAD", in: "one").contains("old/scheduler_config.json"))
    try await user.git("rm", "-qr", "old", in: "one")
    try await user.git("commit", "-q", "--amend", "-m", "Without", in: "one")
    try await user.git("push", "-q", "origin", "HEAD", in: "one")
  }

  @Test func `a configuration as long as it likes needs no memory`() async throws {
    let repositories = try TestRepositories()
    let client = Client(try await RunningHub(root: repositories.root))
    let rows = [
      #"{"_class_name": "DDPMScheduler", "num_train_timesteps": 4000000000000}"#,
      #"{"_class_name": "EulerDiscreteScheduler", "num_train_timesteps": 1e300}"#,
      #"{"_class_name": "DDIMScheduler", "x": \#(String(repeating: "[", count: 500_000))}"#,
      String(repeating: "[", count: 900_000), String(repeating: #"{"a":"#, count: 150_000),
      #"{"_class_name": "DDIMScheduler", "beta_end": 1\#(String(repeating: "0", count: 900_000))}"#,
    ]
    for text in rows {
      let answer = try await client.send(
        .post, CommitAttackTests.route, token: Tokens.writer,
        body: CommitAttackTests.body(CommitAttackTests.file(Self.file, text)))
      #expect(answer.status == 422, "\(text.prefix(80)): \(answer.text.prefix(300))")
      #expect(answer.text.utf8.count < 4096)
    }
  }
}
