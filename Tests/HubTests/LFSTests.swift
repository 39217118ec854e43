import Foundation
import Hub
import HubModel
import HubTransport
import TestSupport
import Testing

/// Large files on their way to a hub.
@Suite struct LFSTests {
  let (home, folder): (TemporaryDirectory, TemporaryDirectory)
  let bytes = Answer.Content.pattern(0..<1_000_000)

  init() throws {
    (home, folder) = (try TemporaryDirectory(), try TemporaryDirectory())
    try folder.write(bytes, to: "w.bin")
  }

  private func push(to hub: PushHub, options: PushOptions = PushOptions()) async throws -> PushedCommit {
    try await hub.client(home: home).upload(
      folder: folder.path, to: PushDestination("me/model"), message: CommitMessage("Add the weights"), options: options)
  }

  private func stored(_ hub: PushHub, _ path: String = "w.bin") -> LFSPointer? {
    hub.commits.last?.files[path].flatMap { LFSPointer(bytes: $0) }
  }

  @Test(arguments: [nil, 300_000, 1_000_000, 999_999])
  func theObjectComesBeforeThePointer(partLength: Int?) async throws {
    let hub = try PushHub()
    hub.change { $0.partLength = partLength }
    let pushed = try await push(to: hub)
    let pointer = try #require(stored(hub))
    #expect(hub.state.objects[pointer.oid] == bytes && pushed.plan.objects.map(\.pointer) == [pointer])
    #expect(hub.count("POST", "/objects/verify") == 1)
    let parts = hub.count("PUT", "/parts/")
    #expect(parts == partLength.map { $0 >= bytes.count ? 0 : (bytes.count + $0 - 1) / $0 } ?? 0)
  }

  @Test func whatIsThereIsNotSentAgain() async throws {
    let hub = try PushHub()
    _ = try await push(to: hub)
    try folder.write(bytes, to: "copy.bin")
    _ = try await push(to: hub)
    #expect(stored(hub, "copy.bin") == stored(hub) && hub.count("PUT") == 1)
  }

  @Test func partsThatAreThereAreNotSentAgain() async throws {
    let hub = try PushHub()
    hub.change { $0.partLength = 100_000 }
    hub.server.inject(.answer(Answer(403, text: "enough"))) { $0.target.hasSuffix("/parts/7") }
    _ = await hubError { _ = try await push(to: hub, options: .init(maximumWorkers: 1)) }
    #expect(hub.commits.count == 1 && hub.count("PUT", "/parts/") == 7)
    hub.server.heal()
    // The fake has stored the part that it refused.
    _ = try await push(to: hub)
    let pointer = try #require(stored(hub))
    #expect(hub.state.objects[pointer.oid] == bytes && hub.count("PUT", "/parts/") == 10)
  }

  @Test func aStoreElsewhereGetsNoToken() async throws {
    let hub = try PushHub()
    let store = try FaultServer { _ in Answer(200) }
    hub.change { $0.store = store.endpoint }
    // Nothing stores the object, so the commit is refused.
    let error = await hubError { _ = try await push(to: hub) }
    #expect(error?.context.serverMessage?.contains("was not sent") == true)
    #expect(store.requests.contains { $0.method == "PUT" && $0.header("X-Given") == "yes" && $0.body == bytes })
    #expect(!store.requests.contains { $0.contains("hf_secret") || $0.header("Authorization") != nil })
    #expect(hub.commits.count == 1)
  }

  @Test func aRefusedObjectIsNamedWithTheServersWords() async throws {
    let hub = try PushHub()
    hub.server.inject(.answer(Self.refusal)) { $0.target.contains("/objects/batch") }
    let error = await hubError { _ = try await push(to: hub) }
    #expect(error?.context.file == "w.bin" && error?.context.serverMessage == "the quota is used up")
    #expect(hub.commits.count == 1 && hub.count("PUT") == 0)
  }

  private static let refusal = Answer(
    200,
    text: """
      {"transfer":"basic","objects":[{"oid":"\(SHA.pattern)","size":1000000,"error":{"code":507,"message":\
      "the quota is used up"}}]}
      """)

  private enum SHA {
    /// The SHA-256 of the million bytes.
    static let pattern = "7183fc55320991b566497eda174c73549bd3da190d0d2658a710ba0428471947"
  }

  @Test(arguments: [Fault.answer(Answer(500, text: "oops")), .close]) func aFailedUploadIsRepeated(
    fault: Fault
  ) async throws {
    let hub = try PushHub()
    hub.server.inject(fault, times: 2) { $0.method == "PUT" }
    _ = try await push(to: hub)
    #expect(stored(hub) != nil && hub.count("PUT") >= 3)
  }

  @Test(arguments: ["not JSON", #"{"objects":[]}"#]) func anAnswerThatIsNoneIsRefused(text: String) async throws {
    let hub = try PushHub()
    hub.server.inject(.answer(Answer(200, text: text))) { $0.target.contains("/objects/batch") }
    let error = await hubError { _ = try await push(to: hub) }
    #expect(error?.code == .protocolViolation && hub.commits.count == 1)
  }
}
