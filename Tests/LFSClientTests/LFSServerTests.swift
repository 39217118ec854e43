import Foundation
import HubModel
import HubTransport
import LFSClient
import TestSupport
import Testing

/// Uploads to giftless, a git LFS server of other people's.
@Suite struct LFSServerTests {
  let (folder, server): (TemporaryDirectory, RunningProgram)
  let endpoint: URL

  init() async throws {
    folder = try TemporaryDirectory()
    let rights = "AUTH_PROVIDERS: [\"giftless.auth.allow_anon:read_write\"]\nLEGACY_ENDPOINTS: false\n"
    try folder.write(Array(rights.utf8), to: "giftless.yaml")
    let interpreter = try #require(Layout.interpreter(of: "lfs-server"), "run 'make venvs'")
    let program = Program(
      interpreter, ["-c", Self.script],
      environment: ["GIFTLESS_CONFIG_FILE": folder.appending("giftless.yaml"), "PATH": "/usr/bin:/bin"],
      directory: folder.path)
    server = try program.start()
    let port = try await server.line { line in line.hasPrefix("port ") ? Int(line.dropFirst(5)) : nil }
    endpoint = try #require(URL(string: "http://127.0.0.1:\(port)/me/model.git/info/lfs"))
  }

  private static let script = """
    import giftless.wsgi_entrypoint
    from werkzeug.serving import make_server
    server = make_server("127.0.0.1", 0, giftless.wsgi_entrypoint.app, threaded=True)
    print("port", server.server_port, flush=True)
    server.serve_forever()
    """

  private func object(_ name: String, _ bytes: [UInt8]) async throws -> LFSObject {
    try folder.write(bytes, to: name)
    let content = LocalContent.file(folder.appending(name))
    let identity = try await content.identity()
    let pointer = try #require(identity.pointer)
    return LFSObject(pointer: pointer, path: try RepositoryPath(name), content: content, stamp: identity.stamp)
  }

  private func stored(_ object: LFSObject) -> Data? {
    // Absence: not stored.
    try? Data(contentsOf: URL(filePath: folder.appending("lfs-storage/me/model/\(object.pointer.oid)")))
  }

  @Test func objectsArriveOnce() async throws {
    let client = LFSClient(transport: CurlTransport(), endpoint: endpoint, token: nil)
    var objects: [LFSObject] = []
    for number in 0..<8 {
      objects.append(
        try await object("\(number).bin", Answer.Content.pattern(Int64(number)..<Int64(100_000 * number + 9))))
    }
    #expect(try await client.upload(objects) == 8)
    for object in objects {
      #expect(stored(object) == (try Data(contentsOf: URL(filePath: folder.appending(object.path.text)))))
    }
    #expect(try await client.upload(objects) == 0)
  }

  @Test func aFileThatChangesIsNotStored() async throws {
    let client = LFSClient(transport: CurlTransport(), endpoint: endpoint, token: nil)
    let object = try await object("w.bin", [1, 2, 3])
    try folder.write([1, 2, 4], to: "w.bin")
    await expect(.conflict) { try await client.upload([object]) }
    #expect(stored(object) == nil)
  }
}
