import Crypto
import Foundation
import HubModel
import HubTestSupport
import TestSupport
import Testing

/// The stock Python client, three generations of it, against our server.
@Suite struct PythonClientTests {
  /// What the script printed: a value for each call, or the name of an exception's class.
  static func results(_ python: Layout.Python, _ hub: RunningHub) async throws -> [String: JSON] {
    try await output(of: Layout.fixture("clients/read_hub.py").path, python, hub)
  }

  /// The JSON that a script prints, which runs against `hub` with nothing of the user's own in its sight.
  static func output<Value: Decodable>(
    of script: String, _ python: Layout.Python, _ hub: RunningHub
  ) async throws -> Value {
    let interpreter = try #require(python.interpreter, "no Python environment '\(python.rawValue)': run 'make venvs'")
    let home = try TemporaryDirectory()
    let environment = [
      "HF_ENDPOINT": hub.endpoint.absoluteString, "HF_HOME": home.path, "HOME": home.path, "PATH": "/usr/bin:/bin",
      "HF_HUB_DISABLE_PROGRESS_BARS": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "PYTHONUTF8": "1", "TMPDIR": home.path,
    ]
    let outcome = try await Program(
      interpreter, [script], environment: environment, directory: home.path, timeout: 300
    ).run()
    try #require(outcome.status == 0, "\(outcome.errorText)")
    return try JSONDecoder().decode(Value.self, from: Data(outcome.output))
  }

  static func digest(_ bytes: some Sequence<UInt8>) -> JSON {
    .string(hexadecimal(SHA256.hash(data: Data(bytes))))
  }

  static let files: [JSON] = [
    "README.md", "scheduler/scheduler_config.json", "unet/é.json", "weights.bin", "x y#1.txt",
  ]

  @Test(arguments: Layout.Python.allCases)
  func `the Python client reads all that is there, and names what is not`(python: Layout.Python) async throws {
    let repositories = try TestRepositories()
    let hub = try await RunningHub(root: repositories.root)
    let results = try await Self.results(python, hub)
    try expectFiles(results)
    expectMetadata(results, repositories)
    if python != .hub017 { expectTrees(results) }
    expectErrors(results, python)
    #expect(!hub.log.text.contains("hf_"))
  }

  func expectFiles(_ results: [String: JSON]) throws {
    let (sd15, ddim) = (try TestRepositories.config("sd15"), try TestRepositories.config("ddim"))
    let rows: [(String, JSON)] = [
      ("config", Self.digest(sd15)), ("config_again", Self.digest(sd15)),
      ("config_branch", Self.digest(try TestRepositories.config("sdxl"))), ("config_request", Self.digest(sd15)),
      ("weights", Self.digest(TestRepositories.weights)), ("empty_file", Self.digest([])),
      ("odd_name", Self.digest("odd\n".utf8)), ("dataset", Self.digest("# datasets/acme/euler\n".utf8)),
      ("no_owner", Self.digest("# models/legacy\n".utf8)), ("private_file", Self.digest(ddim)),
      ("gated_file", Self.digest(ddim)), ("snapshot", .array(Self.files)),
      ("snapshot_tag", ["README.md", "scheduler/scheduler_config.json"]),
      ("snapshot_pattern", ["scheduler/scheduler_config.json", "unet/é.json"]),
    ]
    for (name, value) in rows { #expect(results[name] == value, "\(name)") }
  }

  func expectMetadata(_ results: [String: JSON], _ repositories: TestRepositories) {
    let commits = repositories.commits.map { JSON.string($0.hex) }
    let titles = ["Change the card", "Add odd names", "Add weights", "Add the scheduler", "initial commit"]
    let rows: [(String, JSON)] = [
      ("info", ["acme/euler", commits[4], .array(Self.files)]), ("info_revision", commits[1]),
      ("info_gated", "manual"), ("info_private", true), ("files", .array(Self.files)),
      ("branches", ["main", "sdxl"]), ("tags", [["v1", commits[1]]]),
      ("commits", .array(titles.map { [.string($0), ["Ada"]] })), ("who", ["ada", ["acme"], "read"]),
      ("list", ["acme/empty", "acme/euler", "acme/gated"]), ("empty", .null),
    ]
    for (name, value) in rows { #expect(results[name] == value, "\(name)") }
    #expect(
      results["info_blobs"]?[3] == [
        "weights.bin", 3_000_000, results["info_blobs"]?[3]?[2] ?? .null, Self.digest(TestRepositories.weights),
      ])
  }

  func expectTrees(_ results: [String: JSON]) {
    let rows: [(String, JSON)] = [
      ("requests", ["refs/pr/1"]), ("tree", ["README.md", "scheduler", "unet", "weights.bin", "x y#1.txt"]),
      (
        "tree_recursive",
        [
          "README.md", "scheduler", "scheduler/scheduler_config.json", "unet", "unet/é.json", "weights.bin",
          "x y#1.txt",
        ]
      ), ("tree_folder", ["scheduler/scheduler_config.json"]),
      (
        "tree_expand",
        [
          ["README.md", "Change the card"], ["scheduler", "Add the scheduler"],
          ["scheduler/scheduler_config.json", "Add the scheduler"], ["unet", "Add odd names"],
          ["unet/é.json", "Add odd names"], ["weights.bin", "Add weights"], ["x y#1.txt", "Add odd names"],
        ]
      ), ("tree_lfs", [[3_000_000, Self.digest(TestRepositories.weights)]]), ("paths", ["weights.bin", "scheduler"]),
      ("auth_check", .null), ("auth_check_gated", "GatedRepoError"), ("auth_check_private", "RepositoryNotFoundError"),
    ]
    for (name, value) in rows { #expect(results[name] == value, "\(name)") }
  }

  func expectErrors(_ results: [String: JSON], _ python: Layout.Python) {
    let noEntry: JSON = python == .hubNewest ? "RemoteEntryNotFoundError" : "EntryNotFoundError"
    let rows: [(String, JSON)] = [
      ("no_repository", "RepositoryNotFoundError"), ("no_revision", "RevisionNotFoundError"), ("no_entry", noEntry),
      ("no_entry_twice", noEntry), ("private_anonymous", "RepositoryNotFoundError"),
      ("private_stranger", "RepositoryNotFoundError"), ("gated_anonymous", "GatedRepoError"),
      ("gated_stranger", "GatedRepoError"), ("disabled", python == .hub017 ? "HfHubHTTPError" : "DisabledRepoError"),
      ("info_no_repository", "RepositoryNotFoundError"), ("info_no_revision", "RevisionNotFoundError"),
      ("who_wrong", python == .hubNewest ? "HfHubHTTPError" : "HTTPError"),
    ]
    for (name, value) in rows { #expect(results[name] == value, "\(name)") }
  }
}

/// JSON, for tests that compare it.
enum JSON: Hashable, Sendable, Decodable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByBooleanLiteral,
  ExpressibleByArrayLiteral
{
  case null, bool(Bool), number(Double), string(String), array([JSON]), object([String: JSON])

  init(stringLiteral value: String) { self = .string(value) }
  init(integerLiteral value: Int) { self = .number(Double(value)) }
  init(booleanLiteral value: Bool) { self = .bool(value) }
  init(arrayLiteral elements: JSON...) { self = .array(elements) }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {  // absence: another kind of value
      self = .bool(value)
    } else if let value = try? container.decode(Double.self) {  // absence: another kind of value
      self = .number(value)
    } else if let value = try? container.decode(String.self) {  // absence: another kind of value
      self = .string(value)
    } else if let value = try? container.decode([JSON].self) {  // absence: another kind of value
      self = .array(value)
    } else {
      self = .object(try container.decode([String: JSON].self))
    }
  }

  subscript(index: Int) -> JSON? {
    guard case .array(let values) = self, values.indices.contains(index) else { return nil }
    return values[index]
  }
}
