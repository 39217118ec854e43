import Crypto
import Foundation
import HubGit
import HubModel
import HubServer
import HubTestSupport
import HubTransport
import TestSupport
import Testing

/// A client of git LFS that does one step at a time.
struct LFSClient {
  let client: Client
  let repository: String
  var token: String? = RunningHub.Tokens.writer

  func batch(
    _ operation: LFSBatchRequest.Operation, _ pointers: [LFSPointer], transfers: [String] = ["basic"]
  ) async throws -> [LFSBatchAnswer.Object] {
    let question = LFSBatchRequest(
      operation, objects: pointers.map { LFSBatchRequest.Object(oid: $0.oid, size: $0.size) }, transfers: transfers,
      ref: "refs/heads/main")
    let answer = try await post("objects/batch", question)
    try #require(answer.status == 200, "\(answer.text)")
    #expect(answer.headers["Content-Type"] == "application/vnd.git-lfs+json")
    return try answer.decoded(as: LFSBatchAnswer.self).objects
  }

  func post(_ path: String, _ message: some Encodable) async throws -> HTTPResponse {
    let headers: HTTPHeaders = ["Content-Type": "application/vnd.git-lfs+json"]
    return try await client.send(
      .post, "/\(repository).git/info/lfs/\(path)", token: token, headers,
      body: .bytes([UInt8](try JSONEncoder().encode(message))))
  }

  /// Sends a request to an address that the hub gave, without a token.
  func send(
    _ method: HTTPMethod, _ action: LFSBatchAnswer.Action?, _ bytes: [UInt8] = [], _ headers: HTTPHeaders = [:]
  ) async throws -> HTTPResponse {
    let url = try #require((action?.href).flatMap { URL(string: $0) })
    let path = url.path + "?" + (url.query ?? "")
    return try await client.send(method, path, headers, body: method == .get || method == .head ? .none : .bytes(bytes))
  }

  static func pointer(_ bytes: [UInt8]) -> LFSPointer {
    // The digits of a SHA-256 and a count make a pointer.
    LFSPointer(oid: hexadecimal(SHA256.hash(data: bytes)), size: Int64(bytes.count))!
  }
}

@Suite struct LFSTests {
  typealias Tokens = RunningHub.Tokens
  static let bytes = (0..<400_000).map { UInt8(truncatingIfNeeded: $0 &* 2_246_822_519 >> 11) }

  @Test func `an object is sent, verified, known and fetched`() async throws {
    let repositories = try TestRepositories()
    let lfs = LFSClient(client: Client(try await RunningHub(root: repositories.root)), repository: "acme/euler")
    let pointer = LFSClient.pointer(Self.bytes)
    let object = LFSBatchRequest.Object(oid: pointer.oid, size: pointer.size)
    let actions = try #require(try await lfs.batch(.upload, [pointer])[0].actions)
    #expect(try await lfs.send(.post, actions["verify"], [UInt8](try JSONEncoder().encode(object))).status == 404)
    #expect(try await lfs.send(.put, actions["upload"], Self.bytes.reversed()).status == 422)
    #expect(try await lfs.send(.put, actions["upload"], Self.bytes.dropLast()).status == 422)
    #expect(try await lfs.send(.put, actions["upload"], Self.bytes + [0]).status == 413)
    #expect(try repositories.objects.file(of: pointer) == nil)
    for _ in 0..<2 { #expect(try await lfs.send(.put, actions["upload"], Self.bytes).status == 200) }
    #expect(try await lfs.send(.post, actions["verify"], [UInt8](try JSONEncoder().encode(object))).status == 200)
    #expect(try await lfs.post("objects/verify", object).status == 200)
    #expect(try await lfs.post("objects/verify", LFSBatchRequest.Object(oid: pointer.oid, size: 1)).status == 422)
    let again = try await lfs.batch(.upload, [pointer])[0]
    #expect(again.actions == nil && again.error == nil)
    let download = try #require(try await lfs.batch(.download, [pointer])[0].actions?["download"])
    let answer = try await lfs.send(.get, download)
    #expect(answer.body == Self.bytes && answer.headers["ETag"] == "\"\(pointer.oid)\"")
    let part = try await lfs.send(.get, download, [], ["Range": "bytes=100-199"])
    #expect(part.status == 206 && part.body == Array(Self.bytes[100..<200]))
    #expect(part.headers["Content-Range"] == "bytes 100-199/400000")
    #expect(try await lfs.send(.get, download, [], ["Range": "bytes=400000-"]).status == 416)
    #expect(try await lfs.send(.head, download).headers["Content-Length"] == "400000")
    #expect(try FileManager.default.contentsOfDirectory(atPath: repositories.root + "/lfs/incoming").isEmpty)
  }

  @Test func `an object is sent in parts, and an upload goes on where it ended`() async throws {
    let repositories = try TestRepositories()
    let hub = try await RunningHub(root: repositories.root) { $0.limits.lfsPart = 150_000 }
    let lfs = LFSClient(client: Client(hub), repository: "acme/euler")
    let pointer = LFSClient.pointer(Self.bytes)
    #expect(try await lfs.batch(.upload, [pointer])[0].actions?["upload"]?.header == nil)
    let both = ["basic", "multipart", "xet"]
    let upload = try #require(try await lfs.batch(.upload, [pointer], transfers: both)[0].actions?["upload"])
    let header = try #require(upload.header)
    #expect(header.keys.sorted() == ["00001", "00002", "00003", "chunk_size"] && header["chunk_size"] == "150000")
    func send(_ number: Int, _ bytes: ArraySlice<UInt8>) async throws -> HTTPResponse {
      try await lfs.send(.put, header["0000\(number)"].map { LFSBatchAnswer.Action(href: $0) }, Array(bytes))
    }
    func complete(_ count: Int) async throws -> Int {
      let parts = (1...count).map { LFSCompletion.Part(partNumber: $0, etag: "\"x\"") }
      return try await lfs.send(
        .post, upload, [UInt8](try JSONEncoder().encode(LFSCompletion(oid: pointer.oid, parts: parts)))
      ).status
    }
    #expect(try await send(3, Self.bytes[0..<100_001]).status == 413)
    #expect(try await send(3, Self.bytes[0..<99_999]).status == 422)
    #expect(try await send(2, Self.bytes[0..<150_000]).status == 200)
    #expect(try await send(2, Self.bytes[150_000..<300_000]).headers["ETag"]?.utf8.count == 66)
    #expect(try await complete(3) == 409)
    let next = try await lfs.batch(.upload, [pointer], transfers: both)[0].actions?["upload"]?.header
    let arrived = try JSONDecoder().decode(
      [LFSCompletion.Part].self, from: Data(try #require(next?["uploaded_parts"]).utf8))
    #expect(arrived.map(\.partNumber) == [2])
    for (number, range) in [(1, 0..<150_000), (3, 300_000..<400_000)] {
      #expect(try await send(number, Self.bytes[range]).status == 200)
    }
    #expect(try await complete(2) == 422)
    // Parts that make something else are of no use.
    #expect(repositories.objects.parts(of: pointer, for: repositories.root + "/models/acme/euler.git").isEmpty)
    for (number, range) in [(1, 0..<150_000), (2, 150_000..<300_000), (3, 300_000..<400_000)] {
      #expect(try await send(number, Self.bytes[range]).status == 200)
    }
    for _ in 0..<2 { #expect(try await complete(3) == 200) }
    #expect(try await lfs.batch(.upload, [pointer], transfers: both)[0].actions == nil)
    #expect(try #require(try repositories.objects.file(of: pointer)).isEmpty == false)
    #expect(try FileManager.default.contentsOfDirectory(atPath: repositories.root + "/lfs/incoming/parts").isEmpty)
  }

  @Test func `a hash alone opens nothing`() async throws {
    let repositories = try TestRepositories()
    let client = Client(try await RunningHub(root: repositories.root))
    let secret = LFSClient(client: client, repository: "acme/secret")
    let other = LFSClient(client: client, repository: "acme/empty")
    let pointer = LFSClient.pointer(Self.bytes)
    let upload = try #require(try await secret.batch(.upload, [pointer])[0].actions?["upload"])
    #expect(try await secret.send(.put, upload, Self.bytes).status == 200)
    #expect(try await other.batch(.download, [pointer])[0].error?.code == 404)
    #expect(try await other.batch(.upload, [pointer])[0].actions?["upload"] != nil)
    let object = LFSBatchRequest.Object(oid: pointer.oid, size: pointer.size)
    #expect(try await other.post("objects/verify", object).status == 404)
    // What a commit stands for is known, though nobody sent it through this server.
    let weights = LFSClient.pointer(TestRepositories.weights)
    let euler = LFSClient(client: client, repository: "acme/euler", token: nil)
    #expect(try await euler.batch(.download, [weights])[0].actions?["download"] != nil)
    #expect(try await other.batch(.download, [weights])[0].error?.code == 404)
    let nothing = try #require(LFSPointer(oid: weights.oid, size: 1))
    #expect(try await euler.batch(.download, [nothing])[0].error?.code == 404)
  }

  @Test func `a signed address is good for what it was made for`() async throws {
    let repositories = try TestRepositories()
    let client = Client(try await RunningHub(root: repositories.root))
    let lfs = LFSClient(client: client, repository: "acme/euler")
    let pointer = LFSClient.pointer(Self.bytes)
    let href = try #require(try await lfs.batch(.upload, [pointer])[0].actions?["upload"]?.href)
    let rows: [(HTTPMethod, String)] = [
      (.get, href), (.put, href.replacing("size=400000", with: "size=400001")),
      (.put, href.replacing("acme/euler", with: "acme/secret")), (.put, href.replacing("expires=1", with: "expires=2")),
      (.put, href.replacing("oid=" + pointer.oid, with: "oid=" + String(repeating: "0", count: 64))),
      (.put, href.replacing("objects/" + pointer.oid, with: "objects/" + String(repeating: "0", count: 64))),
      (.put, String(href.prefix { $0 != "?" })), (.put, String(href.dropLast(2))), (.put, href + "0"),
    ]
    for (method, href) in rows {
      #expect(try await lfs.send(method, LFSBatchAnswer.Action(href: href), Self.bytes).status == 403, "\(href)")
    }
    #expect(client.hub.log.text.contains("signature") == false)
    let status = try FileManager.default.attributesOfItem(atPath: repositories.root + "/secret")
    #expect(status[.posixPermissions] as? Int == 0o600)
  }

  @Test func `the batch is for those who may, and its errors are per object`() async throws {
    let repositories = try TestRepositories()
    let client = Client(try await RunningHub(root: repositories.root) { $0.limits.lfsObject = 1 << 20 })
    let question = LFSBatchRequest(.upload, objects: [], transfers: ["basic"], ref: nil)
    let asked = LFSBatchRequest(.download, objects: [], transfers: ["basic"], ref: nil)
    let rows: [(String, LFSBatchRequest, String?, Int)] = [
      ("acme/euler", question, nil, 401), ("acme/euler", question, Tokens.member, 403),
      ("acme/euler", asked, nil, 200), ("acme/secret", asked, nil, 401), ("acme/secret", asked, Tokens.stranger, 404),
      ("acme/secret", asked, Tokens.member, 200), ("acme/gated", asked, Tokens.stranger, 403),
      ("acme/nothing", question, Tokens.writer, 404), ("datasets/acme/euler", question, Tokens.writer, 200),
    ]
    for (name, question, token, status) in rows {
      let answer = try await LFSClient(client: client, repository: name, token: token).post("objects/batch", question)
      #expect(answer.status == status, "\(name) \(token ?? "-")")
      if status == 401 { #expect(answer.headers["LFS-Authenticate"] == #"Basic realm="diffusion-hub""#) }
      if status >= 400 { #expect(try answer.decoded(as: [String: String].self)["message"]?.isEmpty == false) }
    }
    let lfs = LFSClient(client: client, repository: "acme/euler")
    let big = try #require(LFSPointer(oid: String(repeating: "0", count: 64), size: 2 << 20))
    #expect(try await lfs.batch(.upload, [big])[0].error?.code == 422)
    let wrong = LFSBatchRequest(.upload, objects: [.init(oid: "../../x", size: 1)], transfers: [], ref: nil)
    #expect(try await lfs.post("objects/batch", wrong).decoded(as: LFSBatchAnswer.self).objects[0].error?.code == 422)
    #expect(try await lfs.post("objects/batch", ["operation": "upload"]).status == 422)
    let many = LFSBatchRequest(
      .upload, objects: Array(repeating: .init(oid: big.oid, size: 1), count: 1001), transfers: [], ref: nil)
    #expect(try await lfs.post("objects/batch", many).status == 413)
  }

  @Test(.enabled(if: SmallDisk.isAvailable, "\(SmallDisk.requirement)"))
  func `a full disk is told, and leaves nothing behind`() async throws {
    let disk = try SmallDisk(size: "2m")
    let repository = try GitRepository.create(bareAt: disk.path + "/models/acme/euler.git")
    _ = repository.path
    let hub = try await RunningHub(root: disk.path)
    let lfs = LFSClient(client: Client(hub), repository: "acme/euler")
    let bytes = [UInt8](repeating: 7, count: 3 << 20)
    let upload = try await lfs.batch(.upload, [LFSClient.pointer(bytes)])[0].actions?["upload"]
    #expect(try await lfs.send(.put, upload, bytes).status == 507)
    #expect(try FileManager.default.contentsOfDirectory(atPath: disk.path + "/lfs/incoming").isEmpty)
    let small = [UInt8](repeating: 7, count: 1 << 10)
    let second = try await lfs.batch(.upload, [LFSClient.pointer(small)])[0].actions?["upload"]
    #expect(try await lfs.send(.put, second, small).status == 200)
  }

  @Test func `what nobody goes on with is removed at the start`() async throws {
    let repositories = try TestRepositories()
    let old = [FileAttributeKey.modificationDate: Date(timeIntervalSinceNow: -90_000)]
    for name in ["lfs/incoming/old", "lfs/incoming/new", "lfs/incoming/parts/old/1-x", "lfs/incoming/parts/new/1-x"] {
      try repositories.directory.write([1], to: name)
    }
    for name in ["lfs/incoming/old", "lfs/incoming/parts/old"] {
      try FileManager.default.setAttributes(old, ofItemAtPath: repositories.root + "/" + name)
    }
    _ = try await RunningHub(root: repositories.root)
    let incoming = repositories.root + "/lfs/incoming"
    #expect(try FileManager.default.contentsOfDirectory(atPath: incoming).sorted() == ["new", "parts"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: incoming + "/parts") == ["new"])
  }
}
