import Foundation
import Hub
import HubCredentials
import HubModel
import HubTransport
import TestSupport
import Testing

/// What goes wrong with a push, and what is then at the remote: the whole commit or nothing of it.
@Suite struct PushFaultTests {
  let home: TemporaryDirectory

  init() throws { home = try TemporaryDirectory() }

  private func push(
    _ path: String, _ text: String, to hub: PushHub, options: PushOptions = PushOptions()
  ) async throws -> PushedCommit {
    try await hub.client(home: home).commit(
      [.add(try RepositoryPath(path), .bytes(Array(text.utf8)))], to: PushDestination("me/model"),
      message: CommitMessage("Change \(path)"), options: options)
  }

  @Test func aCommitFollowsTheOneOfSomebodyElse() async throws {
    let hub = try PushHub(["a.txt": "a"])
    hub.change { $0.intrusion = { $0.add("me/model", ["theirs.txt": "t"], "Theirs") } }
    _ = try await push("a.txt", "mine", to: hub)
    #expect(hub.files == ["a.txt": "mine", "theirs.txt": "t"])
    #expect(hub.commits.map(\.title) == ["initial commit", "Theirs", "Change a.txt"])
  }

  @Test(arguments: [("a.txt", "theirs"), ("b", "a file where we have a folder")])
  func theSamePathIsAConflictThatNamesIt(path: String, text: String) async throws {
    let hub = try PushHub(["a.txt": "a"])
    hub.change { $0.intrusion = { $0.add("me/model", [path: text], "Theirs") } }
    let mine = path == "b" ? "b/c.txt" : path
    let error = await hubError { _ = try await push(mine, "mine", to: hub) }
    #expect(error?.code == .conflict && error?.description.contains("'\(mine)'") == true)
    #expect(hub.commits.count == 2 && hub.files[path] == text)
  }

  @Test func theSameChangeBySomebodyElseIsNone() async throws {
    let hub = try PushHub(["a.txt": "a"])
    hub.change { $0.intrusion = { $0.add("me/model", ["a.txt": "mine"], "Theirs") } }
    #expect(try await push("a.txt", "mine", to: hub).outcome == .unchanged)
  }

  @Test func aGivenParentIsKept() async throws {
    let hub = try PushHub(["a.txt": "a"])
    let parent = CommitID(hub.commits[0].id)
    hub.change { $0.add("me/model", ["theirs.txt": "t"], "Theirs") }
    let error = await hubError { _ = try await push("b.txt", "b", to: hub, options: .init(parent: parent)) }
    #expect(error?.code == .conflict && hub.commits.count == 2)
  }

  /// The commit is made and its answer lost: it is found, not made again.
  @Test(arguments: [Fault.close, .reset, .answer(Answer(500, text: "oops")), .answer(Answer(502, text: "oops"))])
  func aLostAnswerIsFound(fault: Fault) async throws {
    let hub = try PushHub(["a.txt": "a"])
    hub.server.inject(fault, times: 1) { $0.target.contains("/commit/") }
    let pushed = try await push("a.txt", "mine", to: hub)
    #expect(hub.commits.count == 2 && pushed.commit?.hex == hub.commits[1].id && pushed.outcome == .committed)
  }

  /// A failure that nothing was made by: the fake refuses before it looks at the commit.
  @Test(arguments: [500, 503]) func aFailureIsTriedAgain(status: Int) async throws {
    let hub = try PushHub(["a.txt": "a"])
    hub.server.inject(.answer(Answer(status, text: "oops")), times: 1) { $0.target.contains("/preupload/") }
    hub.server.inject(.answer(Answer(status, text: "oops")), times: 1) { $0.target.contains("/paths-info/") }
    _ = try await push("a.txt", "mine", to: hub)
    #expect(hub.files == ["a.txt": "mine"] && hub.commits.count == 2)
  }

  @Test func aPullRequestWhoseAnswerIsLostIsNotOpenedTwice() async throws {
    let hub = try PushHub(["a.txt": "a"])
    hub.server.inject(.close, times: 1) { $0.target.contains("/commit/") }
    let error = await hubError {
      _ = try await push("a.txt", "mine", to: hub, options: .init(createsPullRequest: true))
    }
    #expect(error?.code == .uncertain && hub.count("POST", "/commit/") == 1)
  }

  @Test(arguments: [
    (Answer(403, headers: ["X-Error-Message": "this token only reads"], text: ""), HubError.Code.forbidden),
    (Answer(507, headers: ["X-Error-Message": "the disk is full"], text: ""), .status),
    (Answer(422, headers: ["X-Error-Message": "a hook says no"], text: ""), .status),
  ])
  func aRefusalHasTheHubsWords(answer: Answer, code: HubError.Code) async throws {
    let hub = try PushHub(["a.txt": "a"])
    hub.server.inject(.answer(answer)) { $0.method == "POST" && $0.target.contains("/commit/main") }
    hub.change { $0.intrusion = { $0.repositories["me/model"]?.commits = [] } }
    let error = await hubError { _ = try await push("a.txt", "mine", to: hub) }
    #expect(error?.code == code && error?.context.serverMessage == answer.headers[0].value)
    #expect(error?.context.repository?.name == "me/model")
  }

  @Test func aWrongTokenMakesNothing() async throws {
    let hub = try PushHub(["a.txt": "a"])
    let error = await hubError {
      _ = try await push("a.txt", "mine", to: hub, options: .init(token: .string("hf_wrong_one")))
    }
    #expect(error?.code == .unauthorized && hub.commits.count == 1)
    #expect(error?.explanation.contains("hf_wrong_one") == false)
  }

  @Test func aFileThatChangesWhileItIsPushedIsNotPushed() async throws {
    let hub = try PushHub()
    let folder = try TemporaryDirectory()
    try folder.write(Array("before".utf8), to: "w.txt")
    let path = folder.appending("w.txt")
    let options = PushOptions(progress: { event in
      // The disk of a test takes a few bytes.
      if case .committing = event { try? Data("after!!".utf8).write(to: URL(filePath: path)) }
    })
    let error = await hubError {
      _ = try await hub.client(home: home).upload(
        file: path, to: PushDestination("me/model"), at: RepositoryPath("w.txt"), message: CommitMessage("Add"),
        options: options)
    }
    #expect(error?.code == .conflict && error?.description.contains("has changed since") == true)
    #expect(hub.commits.count == 1 && hub.count("POST", "/commit/") <= 1)
  }

  @Test func twentyAtOnceAreTwentyCommits() async throws {
    let hub = try PushHub(["a.txt": "a"])
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<20 { group.addTask { _ = try await push("\(number).txt", "\(number)", to: hub) } }
      try await group.waitForAll()
    }
    #expect(hub.files.count == 21 && hub.commits.count == 21)
  }

  @Test func ofTwentyOnOneFileOneWins() async throws {
    let hub = try PushHub(["a.txt": "a"])
    let outcomes = await withTaskGroup(of: HubError.Code?.self) { group in
      for number in 0..<20 {
        group.addTask { await hubError { _ = try await push("a.txt", "\(number)", to: hub) }?.code }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    // Who plans after somebody else's commit changes that one, and is no conflict.
    #expect(hub.commits.count == 1 + outcomes.filter { $0 == nil }.count)
    #expect(outcomes.allSatisfy { $0 == nil || $0 == .conflict } && outcomes.contains(nil))
  }
}
