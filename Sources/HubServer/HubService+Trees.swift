import Foundation
import HTTPTypes
import HubGit
import HubModel

/// The body of a request for `/paths-info`.
struct PathsForm: Sendable {
  /// The most paths in one request.
  static let maximumCount = 1000

  let paths: [String]
  let expand: Bool

  /// Reads a form (`paths=a&paths=b&expand=False`, as Python sends it) or JSON (`{"paths": ["a", "b"]}`).
  init(_ request: HubRequest, _ body: [UInt8]) throws(Refusal) {
    if request.headers[.contentType]?.lowercased().contains("json") == true {
      guard let document = try? JSONDecoder().decode(Document.self, from: Data(body)) else {  // the refusal says it
        throw .badRequest(#"The body is not JSON of the form {"paths": ["a", "b"], "expand": false}"#)
      }
      (paths, expand) = (document.paths, document.expand ?? false)
    } else {
      guard let text = String(validating: body, as: UTF8.self) else { throw .badRequest("The body is not a form") }
      let form = Query(text)
      (paths, expand) = (form.values("paths"), form.isTrue("expand"))
    }
    guard paths.count <= Self.maximumCount else {
      throw Refusal(.contentTooLarge, "At most \(Self.maximumCount) paths can be asked for at once")
    }
  }

  private struct Document: Decodable {
    let paths: [String]
    let expand: Bool?
  }
}

extension HubService {
  /// Entries on one page; fewer where each one's last commit has to be found.
  private static func pageSize(expand: Bool) -> Int { expand ? 50 : 1000 }

  /// The entries of a directory, a page at a time.
  ///
  /// The next page is asked for by the commit and the last entry, so that a push in between does not mix two trees.
  func tree(
    _ id: RepositoryID, _ revision: Revision, _ path: RepositoryPath?, _ request: HubRequest
  ) async throws -> Reply {
    let (recursive, expand) = (request.query.isTrue("recursive"), request.query.isTrue("expand"))
    let size = Self.pageSize(expand: expand)
    let count = request.query.count("limit", usual: size, most: size)
    let last = try request.query["cursor"].map { try RepositoryPath($0) }
    guard last.map({ $0.components.starts(with: path?.components ?? []) }) != false else {
      throw Refusal.badRequest("The cursor belongs to another directory")
    }
    return try await reading(id, request) { repository, _ in
      let commit = try repository.commit(of: revision)
      let found = try repository.entries(
        below: path, in: commit, recursive: recursive, after: last, count: count + 1, limits: limits.tree)
      guard let found else { throw Refusal.noEntry(in: commit) }
      let page = Array(found.prefix(count))
      var headers: HTTPFields = [.repoCommit: commit.hex]
      if found.count > count, let last = page.last {
        headers[.link] = request.next(
          .tree(id, Revision(commit), path: path),
          ["recursive": "\(recursive)", "expand": "\(expand)", "limit": "\(count)", "cursor": last.path.text])
      }
      return try Reply(json: try describe(page, in: commit, repository, expand: expand), headers: headers)
    }
  }

  /// The entries at the paths of a form; those that do not exist are left out.
  func pathsInfo(
    _ id: RepositoryID, _ revision: Revision, _ form: PathsForm, _ request: HubRequest
  ) async throws -> Reply {
    try await reading(id, request) { repository, _ in
      let commit = try repository.commit(of: revision)
      var entries: [GitEntry] = []
      for text in form.paths {
        guard let path = try? RepositoryPath(text) else { continue }  // absence: no entry has such a path
        if let entry = try repository.entry(at: path, in: commit, limits: limits.tree) { entries.append(entry) }
      }
      return try Reply(
        json: try describe(entries, in: commit, repository, expand: form.expand), headers: [.repoCommit: commit.hex])
    }
  }

  private func describe(
    _ entries: [GitEntry], in commit: CommitID, _ repository: borrowing GitRepository, expand: Bool
  ) throws(HubError) -> [TreeEntry] {
    let contents = try repository.contents(of: entries)
    let changes = expand ? try repository.lastChanges(of: entries, in: commit) : [:]
    return zip(entries, contents).map { entry, content in
      let change = changes[entry.path]
      return TreeEntry(
        type: entry.kind == .directory ? .directory : .file, oid: entry.id.hex, size: content?.size ?? 0,
        path: entry.path.text,
        lfs: content?.pointer.map {
          TreeEntry.LFS(oid: $0.oid, size: $0.size, pointerSize: Int(content?.blobSize ?? 0))
        },
        lastCommit: change.map { TreeEntry.LastCommit(id: $0.id.hex, title: $0.title, date: timestamp($0.time)) })
    }
  }
}
