import HubCache
import HubModel
import TestSupport
import Testing

@Suite struct LayoutTests {
  let layout = CacheLayout(root: "/c//")
  let commit = SampleCache.commit("c"), etag = ETag.gitBlob(String(repeating: "e", count: 40))

  @Test(arguments: [
    ("org/name", RepositoryID.Kind.model, "models--org--name"), ("gpt2", .model, "models--gpt2"),
    ("a/b", .dataset, "datasets--a--b"), ("a-b/c_d.e-f", .space, "spaces--a-b--c_d.e-f"),
  ]) func `a repository has one folder, and the folder one repository`(
    name: String, kind: RepositoryID.Kind, folder: String
  ) throws {
    let repository = try RepositoryID(name, kind: kind)
    #expect(CacheLayout.folderName(of: repository) == folder)
    #expect(CacheLayout.repository(folderName: folder) == repository)
    #expect(layout.folder(of: repository) == "/c/" + folder)
  }

  @Test(arguments: [
    "", "models", "models--", "models--a--b--c", "model--a--b", "models--..", "models--a--..", "models--a/../b",
    "blobs", ".locks", "kernels--a--b", "models--a----b", "models--a\u{301}--b",
  ]) func `another folder is none of ours`(name: String) {
    #expect(CacheLayout.repository(folderName: name) == nil)
  }

  @Test func `paths are Python's`() throws {
    let repository = try RepositoryID("org/name")
    let (file, nested) = (try RepositoryPath("x.json"), try RepositoryPath("a/b/x.json"))
    let folder = "/c/models--org--name"
    #expect(layout.root == "/c")
    #expect(CacheLayout(root: "///").root == "/")
    #expect(layout.blob(etag, of: repository) == "\(folder)/blobs/\(etag.hex)")
    #expect(layout.partial(etag, of: repository) == "\(folder)/blobs/\(etag.hex).incomplete")
    #expect(layout.ref(.main, of: repository) == "\(folder)/refs/main")
    #expect(layout.ref(try Revision("refs/pr/1"), of: repository) == "\(folder)/refs/refs/pr/1")
    #expect(layout.pointer(nested, at: commit, of: repository) == "\(folder)/snapshots/\(commit)/a/b/x.json")
    #expect(layout.absence(nested, at: commit, of: repository) == "\(folder)/.no_exist/\(commit)/a/b/x.json")
    #expect(layout.tree(commit, of: repository) == "\(folder)/trees/\(commit).json")
    #expect(layout.lock(etag, of: repository) == "/c/.locks/models--org--name/\(etag.hex).lock")
    #expect(CacheLayout.pointerTarget(file, etag) == "../../blobs/\(etag.hex)")
    #expect(CacheLayout.pointerTarget(nested, etag) == "../../../../blobs/\(etag.hex)")
  }

  @Test func `the longest names that a file system has can be published`() async throws {
    let sample = try SampleCache()
    let file = String(repeating: "d", count: 255) + "/" + String(repeating: "f", count: 255)
    try await sample.publish([1, 2, 3], as: file, at: commit)
    try sample.cache.record(.main, is: commit)
    #expect(try sample.bytes(of: file) == [1, 2, 3])
  }
}
