import Foundation
import HubModel
import HubTestSupport
import HubTransport
import Testing

@Suite struct ResolveTests {
  static let config = "/acme/euler/resolve/main/scheduler/scheduler_config.json"

  @Test func `HEAD announces what GET sends`() async throws {
    let repositories = try TestRepositories()
    let client = Client(try await RunningHub(root: repositories.root))
    let head = repositories.commits[4].hex
    let config = try TestRepositories.config("sd15")
    for (path, content) in [
      (Self.config, config), ("/acme/euler/resolve/main/weights.bin", TestRepositories.weights),
      ("/acme/euler/resolve/main/unet/%C3%A9.json", []),
      ("/acme/euler/resolve/main/x%20y%231.txt", Array("odd\n".utf8)),
    ] {
      let (announced, sent) = (try await client.head(path), try await client.get(path))
      #expect(announced.status == 200 && sent.status == 200, "\(path)")
      #expect(sent.body == content)
      for response in [announced, sent] {
        #expect(response.headers["Content-Length"] == "\(content.count)")
        #expect(response.headers["X-Repo-Commit"] == head)
        #expect(response.headers["Accept-Ranges"] == "bytes")
        #expect(response.headers["X-Content-Type-Options"] == "nosniff")
        #expect(response.headers["X-Request-Id"] != nil)
      }
      #expect(announced.headers["ETag"] == sent.headers["ETag"])
    }
  }
}
