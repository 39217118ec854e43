import Foundation
import HubModel
import Testing

@Suite struct DownloadPlanTests {
  let commit: CommitID, older: CommitID, file: FileMetadata, main = DownloadPlan.Request(.main)

  init() throws {
    commit = try #require(CommitID(String(repeating: "a", count: 40)))
    older = try #require(CommitID(String(repeating: "b", count: 40)))
    let etag = ETag.gitBlob(String(repeating: "e", count: 40))
    let url = try #require(URL(string: "http://hub/a/b/resolve/main/x"))
    file = FileMetadata(commit: commit, etag: etag, size: 10, location: url)
  }

  func decide(
    _ request: DownloadPlan.Request, _ local: DownloadPlan.Local, _ remote: DownloadPlan.Remote,
    _ content: DownloadPlan.Content = .none
  ) -> DownloadPlan {
    DownloadPlan.decide(request, local, remote) { $0 == file.etag ? content : .none }
  }

  @Test func `a commit in the cache needs no hub`() {
    let local = DownloadPlan.Local(commit: commit, present: [commit])
    #expect(DownloadPlan.decide(.init(Revision(commit)), local) == .use(commit: commit))
  }

  @Test func `a branch in the cache is still asked for`() {
    #expect(DownloadPlan.decide(main, .init(commit: commit, present: [commit])) == nil)
  }

  @Test func `staying local never asks`() {
    let local = DownloadPlan.Request(.main, staysLocal: true)
    #expect(DownloadPlan.decide(local, .init(commit: commit, present: [commit])) == .use(commit: commit))
    #expect(DownloadPlan.decide(local, .init()) == .fail(.notCached))
    #expect(DownloadPlan.decide(local, .init(commit: commit)) == .fail(.notCached))
    #expect(DownloadPlan.decide(local, .init(commit: commit, damage: "cut")) == .fail(.damaged("cut")))
    #expect(DownloadPlan.decide(local, .init(commit: commit, absent: [commit])) == .fail(.noSuchFile))
    let forced = DownloadPlan.Request(.main, forces: true, staysLocal: true)
    #expect(DownloadPlan.decide(forced, .init(commit: commit, present: [commit])) == .fail(.cannotForce))
  }

  @Test func `what the hub has is fetched, resumed, linked or used`() {
    #expect(decide(main, .init(), .found(file)) == .fetch(file, offset: 0))
    #expect(decide(main, .init(), .found(file), .partial(7)) == .fetch(file, offset: 7))
    #expect(decide(main, .init(), .found(file), .whole) == .link(etag: file.etag, commit: commit))
    #expect(decide(main, .init(commit: older, present: [older]), .found(file)) == .fetch(file, offset: 0))
    #expect(decide(main, .init(commit: commit, present: [commit]), .found(file)) == .use(commit: commit))
  }

  @Test func `a download that must not resume starts over`() {
    let request = DownloadPlan.Request(.main, resumes: false)
    #expect(decide(request, .init(), .found(file), .partial(7)) == .fetch(file, offset: 0))
  }

  @Test func `forcing starts over`() {
    let request = DownloadPlan.Request(.main, forces: true)
    let local = DownloadPlan.Local(commit: commit, present: [commit])
    for content in [DownloadPlan.Content.none, .partial(7), .whole] {
      #expect(decide(request, local, .found(file), content) == .fetch(file, offset: 0))
    }
  }

  @Test(arguments: [
    (DownloadPlan.Remote.unreachable(.network("no route")), DownloadPlan.Failure.unreachable(.network("no route"))),
    (.refused(.unauthorized), .refused(.unauthorized)),
  ])
  func `a hub that does not answer falls back on the last known commit`(
    remote: DownloadPlan.Remote, failure: DownloadPlan.Failure
  ) {
    let local = DownloadPlan.Local(commit: older, present: [older])
    #expect(decide(main, local, remote) == .use(commit: older, stale: failure))
    #expect(decide(main, .init(), remote) == .fail(failure))
    #expect(decide(main, .init(commit: older), remote) == .fail(failure))
    #expect(decide(.init(.main, forces: true), local, remote) == .fail(failure))
  }

  @Test func `a hub that says no is believed, whatever is cached`() {
    let local = DownloadPlan.Local(commit: older, present: [older])
    #expect(decide(main, local, .noSuchFile) == .fail(.noSuchFile))
    #expect(decide(main, local, .noSuchRevision) == .fail(.noSuchRevision))
  }
}
