import HubModel
import Testing

@Suite struct RouteTests {
  static func routes() throws -> [(Route, String)] {
    let (model, oldest) = (try RepositoryID("a/b"), try RepositoryID("gpt2"))
    let (data, space) = (try RepositoryID("a/b", kind: .dataset), try RepositoryID("a/b", kind: .space))
    let (request, oid) = (try Revision("refs/pr/1"), String(repeating: "0a", count: 32))
    return [
      (.whoAmI, "/api/whoami-v2"),
      (.health, "/health"),
      (.list(.dataset), "/api/datasets"),
      (.authCheck(model, write: false), "/api/models/a/b/auth-check"),
      (.authCheck(oldest, write: true), "/api/models/gpt2/auth-check/write"),
      (.info(oldest, nil), "/api/models/gpt2"),
      (.info(data, request), "/api/datasets/a/b/revision/refs%2Fpr%2F1"),
      (.tree(model, .main, path: nil), "/api/models/a/b/tree/main"),
      (.tree(oldest, .main, path: try RepositoryPath("unet/x y")), "/api/models/gpt2/tree/main/unet%2Fx%20y"),
      (.pathsInfo(space, .main), "/api/spaces/a/b/paths-info/main"),
      (.refs(model), "/api/models/a/b/refs"),
      (.commits(model, try Revision("v1.0")), "/api/models/a/b/commits/v1.0"),
      (.repositories(.create), "/api/repos/create"),
      (.validateYAML, "/api/validate-yaml"),
      (.settings(data), "/api/datasets/a/b/settings"),
      (.preupload(model, .main), "/api/models/a/b/preupload/main"),
      (.commit(oldest, request), "/api/models/gpt2/commit/refs%2Fpr%2F1"),
      (.squash(data, try Revision("feat/x")), "/api/datasets/a/b/super-squash/feat%2Fx"),
      (.branch(model, "feat/x"), "/api/models/a/b/branch/feat%2Fx"),
      (.tag(space, "v1"), "/api/spaces/a/b/tag/v1"),
      (.discussions(model), "/api/models/a/b/discussions"),
      (.discussion(model, number: 12, .details), "/api/models/a/b/discussions/12"),
      (.discussion(model, number: 1, .merge), "/api/models/a/b/discussions/1/merge"),
      (.discussion(model, number: 1, .edit(comment: "c1")), "/api/models/a/b/discussions/1/comment/c1/edit"),
      (.access(model, .ask), "/a/b/ask-access"),
      (.access(data, .pending), "/api/datasets/a/b/user-access-request/pending"),
      (
        .schedulerPlan(model, .main, path: try RepositoryPath("s/c.json")),
        "/api/models/a/b/scheduler-plan/main/s%2Fc.json"
      ),
      (.git(model, .references), "/a/b.git/info/refs"),
      (.git(oldest, .uploadPack), "/gpt2.git/git-upload-pack"),
      (.git(data, .receivePack), "/datasets/a/b.git/git-receive-pack"),
      (.lfs(model, .batch), "/a/b.git/info/lfs/objects/batch"),
      (.lfs(model, .object(oid: oid)), "/a/b.git/info/lfs/objects/\(oid)"),
      (.lfs(model, .part(oid: oid, number: 3)), "/a/b.git/info/lfs/objects/\(oid)/parts/3"),
      (.lfs(model, .completion(oid: oid)), "/a/b.git/info/lfs/objects/\(oid)/complete"),
      (.lfs(space, .verification), "/spaces/a/b.git/info/lfs/objects/verify"),
      (.lfs(model, .locks), "/a/b.git/info/lfs/locks"),
      (.lfs(model, .lockVerification), "/a/b.git/info/lfs/locks/verify"),
      (.lfs(model, .unlock(id: "7")), "/a/b.git/info/lfs/locks/7/unlock"),
      (.resolve(model, .main, path: try RepositoryPath("s/c.json")), "/a/b/resolve/main/s/c.json"),
      (.resolve(oldest, .main, path: try RepositoryPath("x y#1.txt")), "/gpt2/resolve/main/x%20y%231.txt"),
      (.resolve(data, request, path: try RepositoryPath("é.csv")), "/datasets/a/b/resolve/refs%2Fpr%2F1/%C3%A9.csv"),
      (.raw(model, .main, path: try RepositoryPath("resolve/main/x")), "/a/b/raw/main/resolve/main/x"),
      (.resolve(try RepositoryID("a/resolve"), .main, path: try RepositoryPath("x")), "/a/resolve/resolve/main/x"),
    ]
  }

  @Test func `every route prints its path`() throws {
    for (route, path) in try Self.routes() { #expect(route.path == path) }
  }

  @Test func `every path parses to its route`() throws {
    for (route, path) in try Self.routes() { #expect(Route(path: path) == route, "\(path)") }
  }

  @Test func `a repository's git addresses have the ending of its folder, or have not`() throws {
    for id in [try RepositoryID("a/b"), try RepositoryID("gpt2"), try RepositoryID("a/info", kind: .dataset)] {
      #expect(Route(path: "/\(id.pagePath)/info/refs") == .git(id, .references))
      #expect(Route(path: "/\(id.pagePath).git/git-receive-pack") == .git(id, .receivePack))
      #expect(Route(path: "/\(id.pagePath)/info/lfs/locks/verify") == .lfs(id, .lockVerification))
    }
  }

  @Test func `the refs of pull requests are understood with plain slashes too`() throws {
    let (model, request) = (try RepositoryID("a/b"), try Revision("refs/pr/1"))
    let rows: [(String, Route?)] = [
      ("/a/b/resolve/refs/pr/1/d/x", .resolve(model, request, path: try RepositoryPath("d/x"))),
      ("/api/models/a/b/revision/refs/pr/1", .info(model, request)),
      ("/api/models/a/b/tree/refs/pr/1", .tree(model, request, path: nil)),
      (
        "/api/models/a/b/tree/refs/convert/p/d",
        .tree(model, try Revision("refs/convert/p"), path: try RepositoryPath("d"))
      ),
      ("/a/b/resolve/refs/other/1/x", .resolve(model, try Revision("refs"), path: try RepositoryPath("other/1/x"))),
      ("/a/b/resolve/refs/pr/1", nil),
    ]
    for (path, route) in rows { #expect(Route(path: path) == route, "\(path)") }
  }

  @Test(arguments: [
    "", "/", "/api", "/api/", "/api/models/", "/health/x", "/api/models/a/b/auth-check/read", "/api/nothing/a/b",
    "/a/b/resolve/main", "/a/b", "/api/models/a/b/refs/x",
    "/api/models/a/b/tree", "/a/b/resolve/main/../x", "/a/b/resolve/main/%2e%2e/x", "/a/b/resolve/main/.git/config",
    "/a/b/resolve/%00/x", "/a/b/resolve/main/x%zz", "/a/b/resolve/main/%ff", "/a%2Fb/c/resolve/main/x",
    "/api/repos/rename", "/api/models/a/b/branch/", "/api/models/a/b/discussions/0", "/api/models/a/b/discussions/01",
    "/api/models/a/b/user-access-request/ask", "/a/b.git/info/lfs/objects/xyz", "/a/b.git.git/info/refs",
    "/a/b.git/HEAD",
    "/a/b.git/objects/info/packs", "/a/b.git/info/lfs/objects/../batch", "/a/b.git/resolve/main/x",
    "/a/b/c/resolve/main/x", "api/whoami-v2", "/a/b/resolve/main/", "/a/b/resolve//x",
  ])
  func `what is no route is refused`(path: String) { #expect(Route(path: path) == nil) }
}

@Suite struct PercentEncodingTests {
  @Test(arguments: [("a/b", "a%2Fb"), ("x y", "x%20y"), ("é", "%C3%A9"), ("-._~", "-._~"), ("", "")])
  func `encodes and decodes`(plain: String, encoded: String) {
    #expect(PercentEncoding.encode(plain) == encoded)
    #expect(PercentEncoding.decode(encoded) == plain)
  }

  @Test(arguments: ["%", "%4", "%zz", "%ff", "%C3"])
  func `refuses what is not an encoding of text`(encoded: String) { #expect(PercentEncoding.decode(encoded) == nil) }
}
