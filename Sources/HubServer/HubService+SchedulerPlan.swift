import HTTPTypes
import HubGit
import HubModel
import PythonJSON
import Schedulers
import Scheduling

extension HubService {
  /// The most steps that a plan is made for: an answer is some hundred bytes for each.
  private static var mostSteps: Int { 10_000 }

  /// The timesteps and noise levels of a run with a scheduler that is stored here; `steps` in the query, 50 unless given.
  func schedulerPlan(
    _ id: RepositoryID, _ revision: Revision, _ path: RepositoryPath, _ request: HubRequest
  ) async throws -> Reply {
    let steps = request.query["steps"].map { Int($0) ?? 0 } ?? 50
    guard (1...Self.mostSteps).contains(steps) else {
      throw Refusal.badRequest("steps must be a number from 1 to \(Self.mostSteps)")
    }
    return try await reading(id, request, needsContent: true) { repository, _ in
      let commit = try repository.commit(of: revision)
      guard let entry = try repository.entry(at: path, in: commit, limits: limits.tree), entry.kind == .file else {
        throw Refusal.noEntry(in: commit)
      }
      let bytes = try repository.bytes(of: entry.id, limit: ConfigurationCheck.longestFile)
      do {
        let scheduler = try AnyScheduler(config: SchedulerConfig(json: bytes, source: path.text))
        let plan = try scheduler.sampler(steps: steps).plan
        let json = plan.json(source: id.pagePath, className: scheduler.className)
        return Reply(
          headers: [.contentType: "application/json; charset=utf-8", .repoCommit: commit.hex],
          body: .bytes(Array(json.text(.line).utf8)))
      } catch let error as SchedulerError {
        throw Refusal(.unprocessableContent, "\(path): \(error)")
      }
    }
  }
}
