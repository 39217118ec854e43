import Foundation
import Hub
import HubModel
import HubTransport
import TestSupport
import Testing

/// Pushes over a hub's interface.
@Suite struct PushTests {
  let home: TemporaryDirectory

  init() throws { home = try TemporaryDirectory() }

  private func push(
    _ operations: [CommitOperation], to hub: PushHub, name: String = "me/model", options: PushOptions = PushOptions()
  ) async throws -> PushedCommit {
    try await hub.client(home: home).commit(
      operations, to: PushDestination(name), message: CommitMessage("Change it"), options: options)
  }

  private func add(_ path: String, _ text: String) throws -> CommitOperation {
    .add(try RepositoryPath(path), .bytes(Array(text.utf8)))
  }

  @Test func filesGoIntoOneCommit() async throws {
    let hub = try PushHub(["old.txt": "old", "same.txt": "same"])
    let pushed = try await push(
      [
        try add("a/new.txt", "new"), try add("same.txt", "same"), try add("old.txt", "changed"), try add("x.log", "l"),
      ], to: hub)
    #expect(hub.files == ["a/new.txt": "new", "same.txt": "same", "old.txt": "changed"])
    #expect(hub.commits.count == 2 && hub.commits.last?.title == "Change it")
    #expect(pushed.commit?.hex == hub.commits.last?.id && pushed.outcome == .committed)
    #expect(pushed.url == "\(hub.server.endpoint)/me/model/commit/\(hub.commits[1].id)")
    #expect(pushed.plan.items(.ignored).map(\.path.text) == ["x.log"])
    #expect(pushed.plan.items(.unchanged).map(\.path.text) == ["same.txt"])
    // Only what differs is asked about and sent.
    let body = try #require(hub.server.requests.last { $0.target.contains("/commit/") })
    #expect(!body.contains("same.txt") && !body.contains("x.log"))
  }

  @Test func nothingToChangeIsNoCommit() async throws {
    let hub = try PushHub(["a.txt": "a"])
    let pushed = try await push([try add("a.txt", "a")], to: hub)
    #expect(pushed.outcome == .unchanged && pushed.plan.isEmpty && hub.commits.count == 1)
    #expect(hub.count("POST", "/preupload") == 0 && pushed.commit?.hex == hub.commits[0].id)
  }

  @Test func aPlanChangesNothing() async throws {
    let hub = try PushHub(nil)
    let plan = try await hub.client(home: home).plan(
      [try add("w.bin", "weights"), try add("a.txt", "a")], to: PushDestination("me/model"))
    #expect(plan.items(.added).count == 2 && plan.parent == nil)
    #expect(plan.objects.map(\.path.text) == ["w.bin"])
    #expect(hub.state.repositories.isEmpty && hub.server.requests.allSatisfy { $0.method == "GET" })
  }

  @Test(arguments: [nil, true, false])
  func aMissingRepositoryIsMade(isPrivate: Bool?) async throws {
    let hub = try PushHub(nil)
    let pushed = try await push([try add("a.txt", "a")], to: hub, name: "model", options: .init(isPrivate: isPrivate))
    #expect(pushed.repository?.name == "me/model" && hub.files == ["a.txt": "a"])
    #expect(hub.state.repositories["me/model"]?.isPrivate == isPrivate)
  }

  @Test func aMissingBranchIsMade() async throws {
    let hub = try PushHub(["a.txt": "a"])
    _ = try await push([try add("b.txt", "b")], to: hub, options: .init(branch: Revision("next")))
    #expect(hub.count("POST", "/branch/next") == 1 && hub.files["b.txt"] == "b")
  }

  @Test func aPlanForAMissingBranchMakesNone() async throws {
    let hub = try PushHub(["a.txt": "a"])
    let plan = try await hub.client(home: home).plan(
      [try add("b.txt", "b"), try add("a.txt", "a")], to: PushDestination("me/model"),
      options: .init(branch: Revision("next")))
    #expect(plan.items.map(\.action) == [.unchanged, .added] && plan.parent?.hex == hub.commits[0].id)
    #expect(
      hub.count("POST", "/branch/") == 0 && hub.state.repositories["me/model"]?.branches.keys.sorted() == ["main"])
  }

  @Test func deletionsAndPatterns() async throws {
    let hub = try PushHub([
      ".gitattributes": "", "old/a.bin": "a", "old/b.txt": "b", "keep.txt": "k", "sub/x.safetensors": "x",
    ])
    let folder = try TemporaryDirectory()
    try folder.write(Array("new".utf8), to: "a.txt")
    try folder.write(Array("secret".utf8), to: ".git/config")
    _ = try await hub.client(home: home).upload(
      folder: folder.path, to: PushDestination("me/model"), deleting: ["old/*", "*.safetensors", ".gitattributes"],
      message: CommitMessage("Replace it"))
    #expect(hub.files == [".gitattributes": "", "keep.txt": "k", "a.txt": "new"])
    _ = try await push([.deleteFile(try RepositoryPath("keep.txt"))], to: hub)
    #expect(hub.files == [".gitattributes": "", "a.txt": "new"])
    let error = await hubError { _ = try await push([.deleteFile(try RepositoryPath("keep.txt"))], to: hub) }
    #expect(error?.code == .entryNotFound && error?.context.file == "keep.txt")
  }

  @Test func aPullRequestSaysWhere() async throws {
    let hub = try PushHub(["a.txt": "a"])
    let pushed = try await push([try add("b.txt", "b")], to: hub, options: .init(createsPullRequest: true))
    #expect(pushed.outcome == .pullRequest(url: "\(hub.server.endpoint)/me/model/discussions/1"))
    #expect(hub.files == ["a.txt": "a"])
  }

  @Test func aCardThatIsThereIsKept() async throws {
    let hub = try PushHub(["README.md": "mine"])
    let card = CommitOperation.addUnlessPresent(try RepositoryPath("README.md"), .bytes(Array("theirs".utf8)))
    _ = try await push([card, try add("b.txt", "b")], to: hub)
    #expect(hub.files == ["README.md": "mine", "b.txt": "b"] && hub.count("POST", "/validate-yaml") == 0)
  }

  @Test func aBrokenCardIsRefusedInTheHubsWords() async throws {
    let hub = try PushHub()
    let error = await hubError { _ = try await push([try add("README.md", "---\nbroken: [\n---\n")], to: hub) }
    #expect(error?.code == .invalidArgument && error?.context.serverMessage == "the list never ends")
    #expect(hub.commits.count == 1)
  }

  @Test func aLargeFileIsSentInALazyBody() async throws {
    let hub = try PushHub()
    let folder = try TemporaryDirectory()
    let bytes = Answer.Content.pattern(0..<3_000_001)
    try folder.write(bytes, to: "large.txt")
    _ = try await hub.client(home: home).upload(
      file: folder.appending("large.txt"), to: PushDestination("me/model"), at: RepositoryPath("large.txt"),
      message: CommitMessage("Add it"))
    #expect(hub.commits.last?.files["large.txt"] == bytes)
  }
}

/// The error that `body` throws, if it is one of a hub's.
func hubError(_ body: () async throws -> Void) async -> HubError? {
  do {
    try await body()
    return nil
  } catch {
    return error as? HubError
  }
}
