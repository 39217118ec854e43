import Foundation
import HubCache
import HubModel
import Synchronization
import TestSupport

/// A hub of the one repository `org/model`, right in everything that is not broken on purpose.
///
/// It is a fake only so that it can be broken: the tests of whole programs use the real server.
final class FakeHub: Sendable {
  /// What the repository holds; may change while the hub runs.
  struct Contents: Sendable {
    var commit = String(repeating: "a", count: 40)
    var files: [String: Answer.Content]
    /// Files in LFS: their identity is a SHA-256.
    var lfs: Set<String> = []
    /// Identities to announce in place of the right ones.
    var etags: [String: String] = [:]

    func etag(_ path: String) -> String {
      if let etag = etags[path] { return etag }
      guard let content = files[path] else { return "" }
      let length = content.length
      let form: ETag = lfs.contains(path) ? .sha256("") : .gitBlob("")
      return ContentHash.of(content.bytes(0..<length), like: form).hex
    }
  }

  let server: FaultServer
  private let state: State

  private final class State: Sendable {
    let contents: Mutex<Contents>
    init(_ contents: Contents) { self.contents = Mutex(contents) }
  }

  init(_ files: [String: Answer.Content], lfs: Set<String> = [], bytesPerSecond: Int? = nil) throws {
    var contents = Contents(files: files, lfs: lfs)
    // Once: a large file takes its time.
    for path in files.keys { contents.etags[path] = contents.etag(path) }
    let state = State(contents)
    self.state = state
    server = try FaultServer(bytesPerSecond: bytesPerSecond) { request in
      Self.answer(request, state.contents.withLock { $0 })
    }
  }

  convenience init(_ files: [String: String], lfs: Set<String> = []) throws {
    try self.init(files.mapValues { .bytes(Array($0.utf8)) }, lfs: lfs)
  }

  func change(_ body: (inout Contents) -> Void) { state.contents.withLock { body(&$0) } }

  var contents: Contents { state.contents.withLock { $0 } }

  var commit: CommitID { CommitID(contents.commit)! }  // Of the right form, as no test writes another.

  /// How many requests of this method have come for targets with this text in them.
  func count(_ method: String, _ text: String = "") -> Int {
    server.requests.filter { $0.method == method && (text.isEmpty || $0.target.contains(text)) }.count
  }

  // MARK: Answers

  private static func answer(_ request: ReceivedRequest, _ contents: Contents) -> Answer {
    switch Route(path: request.path) {
    case .resolve(let id, let revision, let path)?:
      guard id.name == "org/model" else { return refusal(404, "RepoNotFound", "Repository not found") }
      guard ["main", contents.commit].contains(revision.name) else {
        return refusal(404, "RevisionNotFound", "Invalid rev id: \(revision)")
      }
      return file(path.text, contents)
    case .info(let id, let revision)?:
      guard id.name == "org/model" else { return refusal(404, "RepoNotFound", "Repository not found") }
      guard ["main", contents.commit].contains(revision?.name ?? "main") else {
        return refusal(404, "RevisionNotFound", "Invalid rev id")
      }
      var info = RepositoryInfo(id: id.name)
      info.sha = contents.commit
      info.siblings = contents.files.keys.sorted().map { RepositoryInfo.Sibling(rfilename: $0) }
      return json(info)
    case .tree?: return json(tree(contents))
    default: return Answer(404, text: "no such route")
    }
  }

  static func tree(_ contents: Contents) -> [TreeEntry] {
    contents.files.keys.sorted().map { path in
      let (size, etag) = (contents.files[path]?.length ?? 0, contents.etag(path))
      let lfs = contents.lfs.contains(path) ? TreeEntry.LFS(oid: etag, size: size, pointerSize: 130) : nil
      let oid = lfs == nil ? etag : String(repeating: "b", count: 40)
      return TreeEntry(type: .file, oid: oid, size: size, path: path, lfs: lfs)
    }
  }

  private static func file(_ path: String, _ contents: Contents) -> Answer {
    guard let content = contents.files[path] else {
      var answer = refusal(404, "EntryNotFound", "Entry not found")
      answer.headers.append(("X-Repo-Commit", contents.commit))
      return answer
    }
    let headers: KeyValuePairs = [
      "X-Repo-Commit": contents.commit, "ETag": "\"\(contents.etag(path))\"", "Accept-Ranges": "bytes",
    ]
    return Answer(200, headers: headers, content: content)
  }

  static func refusal(_ status: Int, _ code: String, _ message: String) -> Answer {
    Answer(status, headers: ["X-Error-Code": code, "X-Error-Message": message], text: "{\"error\":\"\(message)\"}")
  }

  static func json(_ value: some Encodable) -> Answer {
    // What this file makes can be encoded.
    Answer(200, headers: ["Content-Type": "application/json"], body: (try? [UInt8](JSONEncoder().encode(value))) ?? [])
  }
}
