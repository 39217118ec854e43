import HTTPTypes
import HubGit
import HubModel

extension HubService {
  /// What the hub knows of a repository; at its head if no revision is named.
  func info(_ id: RepositoryID, _ revision: Revision?, _ request: HubRequest) async throws -> Reply {
    let withBlobs = request.query.isTrue("blobs")
    return try await reading(id, request) { repository, marks in
      let commit = try revision.map { name in try repository.commit(of: name) } ?? repository.head()
      var info = Self.summary(id, marks)
      if let commit {
        let entries = try repository.entries(in: commit, recursive: true, limits: limits.tree) ?? []
        info.sha = commit.hex
        info.lastModified = timestamp(try repository.details(of: commit).time)
        info.siblings = try Self.siblings(entries.filter { $0.kind != .directory }, repository, withBlobs: withBlobs)
        info.library_name = Self.library(entries)
      }
      return try Reply(json: info, headers: commit.map { [.repoCommit: $0.hex] } ?? [:])
    }
  }

  private static func summary(_ id: RepositoryID, _ marks: RepositoryMarks) -> RepositoryInfo {
    var info = RepositoryInfo(id: id.name)
    info.modelId = id.kind == .model ? id.name : nil
    info.author = id.owner
    (info.private, info.gated, info.disabled) = (marks.isPrivate, marks.gate, marks.isDisabled)
    (info.downloads, info.likes, info.tags, info.siblings) = (0, 0, [], [])
    return info
  }

  private static func siblings(
    _ files: [GitEntry], _ repository: borrowing GitRepository, withBlobs: Bool
  ) throws(HubError) -> [RepositoryInfo.Sibling] {
    guard withBlobs else { return files.map { RepositoryInfo.Sibling(rfilename: $0.path.text) } }
    return zip(files, try repository.contents(of: files)).map { file, content in
      RepositoryInfo.Sibling(
        rfilename: file.path.text, size: content?.size, blobId: file.id.hex,
        lfs: content?.pointer.map {
          RepositoryInfo.Sibling.LFS(size: $0.size, sha256: $0.oid, pointerSize: Int(content?.blobSize ?? 0))
        })
    }
  }

  /// The library that reads the repository, as far as the names of its files tell.
  private static func library(_ entries: [GitEntry]) -> String? {
    entries.contains { ["model_index.json", "scheduler_config.json"].contains($0.path.lastComponent) }
      ? "diffusers" : nil
  }

  /// Branches, tags, conversions and, if asked for, pull requests.
  func refs(_ id: RepositoryID, _ request: HubRequest) async throws -> Reply {
    let withRequests = request.query.isTrue("include_prs")
    return try await reading(id, request) { repository, _ in
      let all = try repository.references()
      func below(_ prefix: String, name: (String) -> String = { $0 }) -> [References.Reference] {
        all.filter { $0.name.beginsWithBytes(prefix) }.map {
          References.Reference(
            name: name(String($0.name.dropFirst(prefix.count))), ref: $0.name, targetCommit: $0.commit.hex)
        }
      }
      return try Reply(
        json: References(
          branches: below("refs/heads/"), converts: below("refs/convert/"), tags: below("refs/tags/"),
          pullRequests: withRequests ? below("refs/pr/") { "pr/" + $0 } : nil))
    }
  }

  /// The history, a page at a time.
  func commits(_ id: RepositoryID, _ revision: Revision, _ request: HubRequest) async throws -> Reply {
    let count = request.query.count("limit", usual: 50, most: 1000)
    let page = max(0, min(1_000_000, request.query["p"].flatMap { Int($0) } ?? 0))
    return try await reading(id, request) { repository, _ in
      let head = try repository.commit(of: revision)
      let found = try repository.history(of: head, skipping: page * count, count: count + 1)
      var headers: HTTPFields = [.repoCommit: head.hex]
      if found.count > count {
        headers[.link] = request.next(.commits(id, Revision(head)), ["limit": "\(count)", "p": "\(page + 1)"])
      }
      let commits = found.prefix(count).map {
        CommitListing(
          id: $0.id.hex, title: $0.title, message: $0.message, authors: [CommitListing.Author(user: $0.author)],
          date: timestamp($0.time))
      }
      return try Reply(json: commits, headers: headers)
    }
  }

  /// The repositories of a kind that the caller may see, by name, a page at a time.
  func list(_ kind: RepositoryID.Kind, _ request: HubRequest) async throws -> Reply {
    let count = request.query.count("limit", usual: 100, most: 1000)
    let (author, words, last) = (
      request.query["author"], request.query["search"]?.lowercased(), request.query["cursor"]
    )
    return try await GitThreads.run {
      var found: [RepositoryInfo] = []
      for id in repositories.names(kind) where last.map({ id.name > $0 }) != false {
        guard author == nil || id.owner == author else { continue }
        if let words, !words.isEmpty, !id.name.lowercased().contains(words) { continue }
        if let info = try summaryIfVisible(id, request) { found.append(info) }
        if found.count > count { break }
      }
      var headers: HTTPFields = [:]
      if found.count > count {
        headers[.link] = request.next(
          .list(kind), ["author": author, "search": words, "limit": "\(count)", "cursor": found[count - 1].id])
      }
      return try Reply(json: Array(found.prefix(count)), headers: headers)
    }
  }

  private func summaryIfVisible(_ id: RepositoryID, _ request: HubRequest) throws(HubError) -> RepositoryInfo? {
    do throws(HubError) {
      let repository = try repositories.open(id)
      let marks = try RepositoryMarks(repository)
      guard Verdict(marks, of: id, for: request.caller, needsContent: false) == .allowed else { return nil }
      var info = Self.summary(id, marks)
      info.siblings = nil
      if let head = try repository.head() {
        info.sha = head.hex
        info.lastModified = timestamp(try repository.details(of: head).time)
      }
      return info
    } catch {
      // One damaged repository must not hide the others from the list.
      guard [.repository, .repositoryNotFound].contains(error.code) else { throw error }
      return nil
    }
  }
}
