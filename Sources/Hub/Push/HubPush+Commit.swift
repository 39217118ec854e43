import Foundation
import HubModel
import HubTransport
import LFSClient

extension HubPush {
  /// Seconds that a hub may take to write a commit.
  private static let longResponse = 300.0

  func commit(_ plan: CommitPlan, _ message: CommitMessage, on head: Head) async throws(HubError) -> PushedCommit {
    do throws(HubError) {
      try await validateCard(plan)
      var request = try client.request(
        .post, .commit(id, branch), query: pullRequestQuery, options: options.requests)
      request.headers["Content-Type"] = "application/x-ndjson"
      request.body = .source(try CommitBody(plan, message))
      request.timeouts.response = max(request.timeouts.response, Self.longResponse)
      let response = try await client.exchange(request)
      let answer: CommitAnswer = try HubClient.Answer(response: response, context: context).get()
      return try pushed(plan, answer)
    } catch {
      throw error.with(context)
    }
  }

  private func pushed(_ plan: CommitPlan, _ answer: CommitAnswer) throws(HubError) -> PushedCommit {
    guard let commit = CommitID(answer.commitOid) else { throw HubError(.protocolViolation("it names no commit")) }
    let outcome: PushedCommit.Outcome =
      if options.createsPullRequest, let url = answer.pullRequestUrl { .pullRequest(url: url) } else { .committed }
    return PushedCommit(
      plan: plan, outcome: outcome, commit: commit, url: answer.commitUrl, repository: id,
      hookOutput: answer.hookOutput.flatMap { $0.isEmpty ? nil : $0 })
  }

  /// The longest model card that is looked at, in bytes.
  private static let cardLimit: Int64 = 4 << 20

  /// Has the hub check the front matter of a model card, before it refuses the whole commit for it.
  private func validateCard(_ plan: CommitPlan) async throws(HubError) {
    guard let card = plan.effective.first(where: { $0.path.text == "README.md" }), card.size <= Self.cardLimit,
      case .local(let content, _) = card.source
    else { return }
    let question = YAMLQuestion(content: try content.text(), repoType: id.kind.rawValue)
    var request = try client.request(.post, .validateYAML, options: options.requests)
    request.headers["Content-Type"] = "application/json"
    request.body = .bytes(try HubClient.json(question))
    request.isIdempotent = true
    let transport = try client.connection.transport()
    let response = try await client.retrying.run { _ throws(HubError) in try await transport.send(request) }
    // Absence: a hub that does not know the question has nothing against the card.
    guard let answer = try? JSONDecoder().decode(YAMLAnswer.self, from: Data(response.body)) else { return }
    guard let flaw = answer.errors.first else { return }
    throw HubError(
      .invalidArgument(name: "model card", value: nil, reason: "its front matter is refused"),
      context: HubError.Context(file: "README.md", url: request.url.redacted, serverMessage: flaw.message))
  }

  func find(
    _ plan: CommitPlan, _ message: CommitMessage, from head: Head, to newHead: Head
  ) async throws(HubError) -> PushedCommit? {
    if options.createsPullRequest {
      throw HubError(
        .uncertain("the pull request may have been opened; look at the repository's page"), context: context)
    }
    guard let newest = newHead.commit, newest != head.commit else { return nil }
    let commits = try await client.commits(
      of: id, revision: Revision(newest), limit: 50, options: options.requests)
    let later = commits.prefix { $0.id != head.commit?.hex }
    for listing in later.reversed() where listing.title == message.title {
      guard let commit = CommitID(listing.id) else { continue }
      let there = try await entries(at: plan.effective.map(\.path), in: Head(commit: commit))
      if plan.isDone(there) {
        return PushedCommit(plan: plan, outcome: .committed, commit: commit, repository: id)
      }
    }
    return nil
  }
}

extension CommitPlan {
  /// Whether a commit that has these entries is what the plan leads to.
  func isDone(_ entries: [RepositoryPath: RemoteEntry]) -> Bool {
    effective.allSatisfy { item in
      switch item.source {
      case .local(_, let identity): entries[item.path]?.has(identity) == true
      case .remote(let pointer): entries[item.path]?.pointer == pointer
      case nil: entries[item.path] == nil
      }
    }
  }
}
