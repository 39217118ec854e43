import Foundation
import Hub
import HubCredentials
import HubGit
import HubModel
import HubTransport
import TestSupport
import Testing

/// Pushes to repositories of this machine, seen by git itself.
@Suite struct GitPushTests {
  let directory: TemporaryDirectory
  let git: Git

  init() throws { (directory, git) = (try TemporaryDirectory(), try Git()) }

  private var repository: String { directory.appending("model.git") }

  private var client: HubClient {
    let variables = [
      "HF_HOME": directory.appending("hf"), "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.org",
      "HF_HUB_OFFLINE": "1",
    ]
    return HubClient(variables: variables, userHome: directory.path)
  }

  @discardableResult
  private func push(_ files: [String: [UInt8]], options: PushOptions = PushOptions()) async throws -> PushedCommit {
    let operations = try files.sorted { $0.key < $1.key }.map {
      CommitOperation.add(try RepositoryPath($0.key), .bytes($0.value))
    }
    return try await client.commit(
      operations, to: PushDestination(repository),
      message: CommitMessage("Add files", description: "All of them."), options: options)
  }

  @Test func gitSeesOneSoundCommit() async throws {
    let pushed = try await push(["a/config.json": Array("{}".utf8), "b.txt": Array("b".utf8)])
    let log = try await git(["log", "--format=%H|%an|%ae|%cn|%B"], in: repository)
    #expect(log == "\(pushed.commit?.hex ?? "")|Ada|ada@example.org|Ada|Add files\n\nAll of them.\n")
    #expect(try await git(["ls-tree", "-r", "--name-only", "main"], in: repository) == "a/config.json\nb.txt")
    try await git(["fsck", "--strict"], in: repository)
    #expect(try await push(["b.txt": Array("b".utf8)]).outcome == .unchanged)
    #expect(try await git(["rev-list", "--count", "main"], in: repository) == "1")
  }

  /// No endpoint is reached, no transport is there: the client is offline.
  @Test func largeFilesGoBesideWithTheirRules() async throws {
    try await push([".gitattributes": Array("*.bin filter=lfs diff=lfs merge=lfs -text\n".utf8)])
    let (ruled, large) = (Answer.Content.pattern(0..<100_000), Answer.Content.pattern(0..<(11 << 20)))
    let pushed = try await push(["w.bin": ruled, "x y/large.dat": large, "small.dat": [1]])
    #expect(pushed.plan.items.filter { $0.storage == .lfs }.map(\.path.text) == ["w.bin", "x y/large.dat"])
    #expect(pushed.plan.items(.changed).map(\.path.text) == [".gitattributes"])
    guard Layout.program("git-lfs") != nil else { return }
    let clone = directory.appending("clone")
    try await git(
      [
        "-c", "filter.lfs.smudge=git-lfs smudge -- %f", "-c", "filter.lfs.required=true", "clone", "-q", repository,
        clone,
      ], in: directory.path)
    #expect(try Data(contentsOf: URL(filePath: clone + "/w.bin")) == Data(ruled))
    #expect(try Data(contentsOf: URL(filePath: clone + "/x y/large.dat")) == Data(large))
    try await git(["lfs", "fsck"], in: clone)
  }

  @Test func aPullRequestIsABranch() async throws {
    try await push(["a.txt": [1]])
    let pushed = try await push(["b.txt": [2]], options: .init(createsPullRequest: true))
    guard case .branch(let name) = pushed.outcome else {
      Issue.record("\(pushed.outcome)")
      return
    }
    #expect(name.hasPrefix("proposal/add-files-"))
    #expect(try await git(["rev-parse", "refs/heads/" + name], in: repository) == pushed.commit?.hex)
    #expect(try await git(["rev-list", "--count", "main"], in: repository) == "1")
  }

  @Test func aHookThatSaysNoIsQuotedAndNothingHasChanged() async throws {
    try await push(["a.txt": [1]])
    let hook = repository + "/hooks/pre-receive"
    try Data("#!/bin/sh\necho 'only on Fridays' >&2\nexit 1\n".utf8).write(to: URL(filePath: hook))
    chmod(hook, 0o755)
    let before = try await git(["rev-parse", "main"], in: repository)
    let error = await hubError { try await push(["b.txt": [2]]) }
    #expect(error?.code == .rejected && error?.context.serverMessage?.contains("only on Fridays") == true)
    #expect(try await git(["rev-parse", "main"], in: repository) == before)
  }

  @Test func twentyAtOnceAreTwentyCommits() async throws {
    try await push(["a.txt": [1]])
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<20 { group.addTask { try await push(["\(number).txt": [UInt8(number)]]) } }
      try await group.waitForAll()
    }
    #expect(try await git(["rev-list", "--count", "main"], in: repository) == "21")
    try await git(["fsck", "--strict"], in: repository)
  }

  @Test func aDirectoryGetsTheFiles() async throws {
    let target = directory.appending("plain")
    try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
    let operation = CommitOperation.add(try RepositoryPath("a/b.txt"), .bytes(Array("b".utf8)))
    let destination = try PushDestination(target)
    #expect(destination == .directory(target))
    let pushed = try await client.commit([operation], to: destination, message: CommitMessage("Add"))
    #expect(try Data(contentsOf: URL(filePath: target + "/a/b.txt")) == Data("b".utf8) && pushed.commit == nil)
    #expect(try await client.plan([operation], to: destination).isEmpty)
  }

  @Test func destinationsAreTold() throws {
    for (text, description) in [
      ("me/model", "me/model"), ("https://git.example/me/model", "https://git.example/me/model"),
      ("/nowhere/model.git", "/nowhere/model.git"), ("/nowhere/model", "/nowhere/model"),
    ] {
      #expect(try PushDestination(text).description == description)
    }
    let error = #expect(throws: HubError.self) { try PushDestination("https://hf_secret@git.example/me/model") }
    #expect(error?.explanation.contains("hf_secret") == false)
    let ssh = #expect(throws: HubError.self) { try PushDestination("git@git.example:me/model.git") }
    #expect(ssh?.explanation.contains("https://") == true)
  }

  @Test func whatIsNotThereIsNamed() async throws {
    let server = try FaultServer { _ in Answer(404) }
    var options = PushOptions()
    options.token = .none
    let client = HubClient(variables: ["HF_HOME": directory.appending("hf")], userHome: directory.path)
    let error = await hubError {
      let file = CommitOperation.add(try RepositoryPath("a"), .bytes([1]))
      let place = try PushDestination(server.endpoint + "/model.git")
      _ = try await client.commit([file], to: place, message: CommitMessage("x"), options: options)
    }
    #expect(
      error?.description.contains("no repository at \(server.endpoint)/model.git") == true,
      "\(String(describing: error))")
  }
}
