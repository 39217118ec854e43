import Hub
import HubModel
import PythonJSON

/// What a download is to bring: one file, or those of a commit that are selected.
struct DownloadRequest: Sendable {
  /// Which files.
  enum Content: Sendable {
    case file(RepositoryPath)
    case files(FileSelection)
  }

  let repository: RepositoryID
  let revision: Revision
  let content: Content

  /// Fetches, and reports where the result is.
  func run(_ client: HubClient, _ options: DownloadOptions) async throws(HubError) -> Report {
    switch content {
    case .file(let file):
      let result = try await client.download(file, from: repository, revision: revision, options: options)
      return report(
        result.path, result.commit, result.staleness,
        ["file": .string(file.text), "origin": .string(result.origin.rawValue)])
    case .files(let selection):
      let result = try await client.snapshot(of: repository, revision: revision, selection: selection, options: options)
      return report(
        result.path, result.commit, result.staleness,
        ["files": .integer(result.files.count), "fetched": .integer(result.fetched)])
    }
  }

  private func report(_ path: String, _ commit: CommitID, _ staleness: HubError?, _ more: JSONObject) -> Report {
    var object: JSONObject = [
      "path": .string(path), "repo_id": .string(repository.name), "repo_type": .string(repository.kind.rawValue),
      "revision": .string(revision.name), "commit": .string(commit.hex),
    ]
    for (key, value) in more { object[key] = value }
    if let staleness { object["stale"] = .string(staleness.description) }
    return Report(json: .object(object), text: path, warnings: staleness.map { [Self.warning($0)] } ?? [])
  }

  /// What to say of a result that may be out of date.
  static func warning(_ staleness: HubError) -> String {
    "\(staleness) This is the last commit known here."
  }

  /// Finds out what fetching would do.
  func plan(_ client: HubClient, _ options: DownloadOptions) async throws(HubError) -> DryRun {
    switch content {
    case .file(let file):
      let plan = try await client.plan(file, from: repository, revision: revision, options: options)
      if case .fail(let failure) = plan {
        let mode = HubError.OfflineMode.argument
        throw HubError(
          failure.problem(of: file, mode: client.environment.offlineVariable.map { .variable($0) } ?? mode),
          context: HubError.Context(repository: repository, revision: revision, file: file.text))
      }
      var size: Int64?
      if case .fetch(let metadata, _) = plan { size = metadata.size }
      return DryRun(rows: [DryRun.Row(file: file, size: size, plan: plan)])
    case .files(let selection):
      let files = try await client.snapshotPlan(
        of: repository, revision: revision, selection: selection, options: options)
      return DryRun(rows: files.map { DryRun.Row(file: $0.file, size: $0.metadata?.size, plan: $0.plan) })
    }
  }
}

/// What a download would do, file by file.
struct DryRun: Sendable {
  /// A file, and what would be done about it.
  struct Row: Sendable {
    let file: RepositoryPath
    let size: Int64?
    let plan: DownloadPlan

    /// How many bytes would be fetched; `nil` if the file would not be.
    var missing: Int64? {
      guard case .fetch(let metadata, let offset) = plan else { return nil }
      return max(0, (metadata.size ?? 0) - offset)
    }

    var word: String {
      switch plan {
      case .use: "here"
      case .link: "here, under another commit"
      case .fetch(_, let offset): offset > 0 ? "resume at \(byteCount(offset))" : "fetch"
      case .fail: "missing"
      }
    }

    var json: JSONValue {
      [
        "file": .string(file.text), "size": size.map { .integer(Int($0)) } ?? .null,
        "to_fetch": .integer(Int(missing ?? 0)), "plan": .string(word),
      ]
    }
  }

  let rows: [Row]

  /// The list, as `hf download --dry-run` has it: the size of what is to be fetched, `-` for what is here.
  var report: Report {
    var table = Table([("FILE", .left), ("TO FETCH", .right), ("PLAN", .left)])
    for row in rows { table.add([row.file.text, row.missing.map(byteCount) ?? "-", row.word]) }
    let missing = rows.compactMap(\.missing)
    let bytes = missing.reduce(0, +)
    return Report(
      json: ["files": .array(rows.map(\.json)), "to_fetch": .integer(Int(bytes))],
      text: table.text + "\n\(missing.count) of \(count(rows.count, "file")) to fetch, \(byteCount(bytes))")
  }
}
