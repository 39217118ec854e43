import Foundation
import Hub
import HubCredentials
import HubModel
import HubTransport
import Synchronization
import TestSupport
import Testing

/// Where large files go when a repository says it itself (`.lfsconfig`).
@Suite struct LFSConfigurationTests {
  let directory: TemporaryDirectory
  let git: Git
  let store: FaultServer
  let bytes = Answer.Content.pattern(0..<100_000)

  init() throws {
    (directory, git) = (try TemporaryDirectory(), try Git())
    store = try FaultServer { request in
      guard request.path.hasSuffix("/objects/batch") else { return Answer(200) }
      let question = try? JSONDecoder().decode(LFSBatchRequest.self, from: Data(request.body))  // absence: a bad one
      guard let object = question?.objects.first else { return Answer(422) }
      let href = "http://\(request.header("Host") ?? "")/put"
      return Answer(
        200,
        text: #"{"objects":[{"oid":"\#(object.oid)","size":\#(object.size),"actions":{"upload":{"href":"\#(href)"}}}]}"#
      )
    }
  }

  private var repository: String { directory.appending("model.git") }

  private func push(_ files: [String: [UInt8]], to place: String? = nil, token: Token? = nil) async throws {
    var variables = [
      "HF_HOME": directory.appending("hf"), "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.org",
      "HF_ENDPOINT": "http://127.0.0.1:1", "PATH": "/usr/bin:/bin", "HOME": directory.path,
    ]
    variables["GIT_CONFIG_NOSYSTEM"] = "1"
    let client = HubClient(
      variables: variables, userHome: directory.path, retrying: Retrying(budget: Budget(attempts: 1)))
    let operations = try files.sorted { $0.key < $1.key }.map {
      CommitOperation.add(try RepositoryPath($0.key), .bytes($0.value))
    }
    var options = PushOptions()
    if let token { options.token = .token(token) }
    try await client.commit(
      operations, to: PushDestination(place ?? repository), message: CommitMessage("Add files"), options: options)
  }

  private func setUp(_ configuration: String) async throws {
    try await push([
      ".gitattributes": Array("*.bin filter=lfs diff=lfs merge=lfs -text\n".utf8),
      ".lfsconfig": Array(configuration.utf8),
    ])
  }

  @Test(arguments: [
    "[lfs]\n\turl = ENDPOINT/own/lfs\n",
    "[lfs]\n\turl = https://elsewhere.example/lfs\n\tpushurl = \"ENDPOINT/own/lfs\"\n",
  ])
  func theServerThatIsNamedGetsThem(configuration: String) async throws {
    try await setUp(configuration.replacing("ENDPOINT", with: store.endpoint))
    try await push(["w.bin": bytes])
    #expect(store.requests.map(\.path) == ["/own/lfs/objects/batch", "/put"])
    #expect(store.requests.last?.body == bytes)
    let pointer = try await git(["show", "main:w.bin"], in: repository)
    #expect(LFSPointer(bytes: Array((pointer + "\n").utf8))?.size == 100_000)
  }

  @Test func theCommitMayBringItAlong() async throws {
    let file = Array("[lfs]\n\turl = \(store.endpoint)/lfs\n".utf8)
    let rules = Array("*.bin filter=lfs diff=lfs merge=lfs -text\n".utf8)
    try await push([".gitattributes": rules, ".lfsconfig": file, "w.bin": bytes])
    #expect(store.requests.last?.body == bytes)
  }

  /// What git remembers for the server is for it, and a token for the repository is not.
  @Test func eachServerGetsItsOwnPassword() async throws {
    let line = store.endpoint.replacing("http://", with: "http://ada:ofTheStore@")
    try directory.write("\(line)\n".utf8, to: ".git-credentials", mode: 0o600)
    try directory.write("[credential]\n\thelper = store\n".utf8, to: ".gitconfig")
    try await setUp("[lfs]\n\turl = \(store.endpoint)/lfs\n")
    try await push(["w.bin": bytes], token: Token("hf_ofTheRepository00000000"))
    let expected = "Basic " + Data("ada:ofTheStore".utf8).base64EncodedString()
    #expect(store.requests.first?.header("Authorization") == expected)
    #expect(!store.requests.contains { $0.contains("hf_ofTheRepository") })
  }

  @Test(arguments: [
    "[lfs]\n\turl = ssh://git@elsewhere.example/lfs\n", "[lfs]\n\turl = https://ada:secret@elsewhere.example/lfs\n",
    "[include]\n\tpath = /etc/gitconfig\n[lfs]\n\turl = https://elsewhere.example/lfs\n",
  ])
  func whatCannotBeUsedIsSaid(configuration: String) async throws {
    try await setUp(configuration)
    let error = await hubError { try await push(["w.bin": bytes]) }
    #expect(error?.code == .configuration && error?.description.contains(".lfsconfig") == true)
    #expect(error?.description.contains("secret") == false)
    #expect(try await git(["rev-list", "--count", "main"], in: repository) == "1")
  }

  @Test func aServerWithoutLFSIsNamed() async throws {
    try await setUp("[lfs]\n\turl = \(store.endpoint)/none\n")
    store.inject(.answer(Answer(404, text: "nothing here")))
    let error = await hubError { try await push(["w.bin": bytes]) }
    #expect(error?.code == .rejected && error?.context.file == "w.bin")
    #expect(error?.description.contains("\(store.endpoint)/none; name another with lfs.url") == true)
    #expect(try await git(["rev-list", "--count", "main"], in: repository) == "1")
  }

  @Test func theUserOfAURLIsTheOneOfThePassword() async throws {
    let server = try FaultServer { _ in Answer(401) }
    let place = server.endpoint.replacing("http://", with: "http://ada@") + "/model.git"
    let error = await hubError { try await push(["a": [1]], to: place, token: Token("hf_ofTheRepository00000000")) }
    #expect(error?.code == .unauthorized && error?.context.url?.contains("ada") == false)
    let expected = "Basic " + Data("ada:hf_ofTheRepository00000000".utf8).base64EncodedString()
    #expect(server.requests.allSatisfy { $0.header("Authorization") == expected } && !server.requests.isEmpty)
  }
}
