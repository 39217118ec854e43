import Foundation
import HTTPTypes
import HubGit
import HubModel

extension HubService {
  /// How each file of a commit is to be sent.
  func preupload(
    _ id: RepositoryID, _ revision: Revision, _ request: HubRequest, _ body: BodyReader
  ) async throws -> Reply {
    try require(.post, request)
    _ = try await reading(id, request, needsContent: true) { _, _ in try participant(request) }
    let form = #"{"files": [{"path": "a.bin", "sample": "base64", "size": 1}]}"#
    let question: PreuploadQuestion = try await decoded(body, form: form)
    let speaksXet = Self.speaksOnlyXet(request.headers[.userAgent] ?? "")
    return try await reading(id, request, needsContent: true) { repository, _ in
      let commit = try base(revision, repository)
      var rules = StorageRules(
        of: try repository.tree(of: commit), limits: limits.tree,
        attributes: question.gitAttributes.map { ["": $0] } ?? [:], ignored: question.gitIgnore)
      var answer = PreuploadAnswer(files: [])
      for file in question.files {
        answer.files.append(try self.answer(file, in: commit, &rules, speaksXet: speaksXet, repository))
      }
      return try Reply(json: answer)
    }
  }

  /// The commit that `revision` leads to; `nil` for the first one of an empty repository.
  func base(_ revision: Revision, _ repository: borrowing GitRepository) throws(HubError) -> CommitID? {
    if revision == .main, try repository.head() == nil, try repository.commit(ofReference: "refs/heads/main") == nil {
      return nil
    }
    return try repository.commit(of: revision)
  }

  private func answer(
    _ file: PreuploadQuestion.File, in commit: CommitID?, _ rules: inout StorageRules, speaksXet: Bool,
    _ repository: borrowing GitRepository
  ) throws -> PreuploadAnswer.File {
    let path = try RepositoryPath(file.path)
    guard let sample = Data(base64Encoded: file.sample) else {
      throw Refusal.badRequest("The sample of '\(path)' is not base64")
    }
    let isLarge = try rules.belongsInLFS(path, size: file.size, sample: sample, repository)
    return PreuploadAnswer.File(
      path: file.path, uploadMode: isLarge && !speaksXet ? .lfs : .regular,
      shouldIgnore: try rules.isIgnored(path, repository), oid: try identity(of: path, in: commit, repository))
  }

  /// The hash of what is at `path`: the git blob's, or the SHA-256 for a file in LFS.
  private func identity(
    of path: RepositoryPath, in commit: CommitID?, _ repository: borrowing GitRepository
  ) throws(HubError) -> String? {
    guard let commit, let entry = try repository.entry(at: path, in: commit, limits: limits.tree),
      let content = try repository.contents(of: [entry])[0]
    else { return nil }
    return content.pointer?.oid ?? entry.id.hex
  }

  /// Whether the client would send a large file to Xet storage, which this hub has not, and to nothing else.
  ///
  /// That is `huggingface_hub` from 1.0 on. Whether its Xet is switched off (`HF_HUB_DISABLE_XET`) or not installed
  /// cannot be seen in any request before the upload, so all of them are told to send the content with the commit, which
  /// the hub then puts into LFS itself.
  static func speaksOnlyXet(_ userAgent: String) -> Bool {
    userAgent.split(separator: ";").contains { word in
      let word = word.drop { $0 == " " }
      guard word.beginsWithBytes("hf_hub/") else { return false }
      return word.dropFirst("hf_hub/".count).prefix { $0.isNumber }.first != "0"
    }
  }
}
