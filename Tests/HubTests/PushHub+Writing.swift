import Foundation
import HubCache
import HubModel
import TestSupport

extension PushHub.State {
  /// A commit: compare and swap, then the lines.
  mutating func commit(
    _ id: RepositoryID, _ revision: Revision, _ request: ReceivedRequest, _ endpoint: String
  ) -> Answer {
    if let intrusion {
      self.intrusion = nil
      intrusion(&self)
    }
    guard let head = repositories[id.name]?.commits.last else { return Answer(404, text: "no such repository") }
    let lines = request.body.split(separator: UInt8(ascii: "\n")).compactMap { line in
      try? JSONDecoder().decode(CommitLine.self, from: Data(line))
    }
    guard case .header(let header)? = lines.first else { return Answer(400, text: "no header") }
    if let parent = header.parentCommit, parent != head.id {
      return FakeHub.refusal(412, "", "A commit has happened since. Please refresh and try again.")
    }
    var files = head.files
    for line in lines.dropFirst() {
      switch line {
      case .file(let file): files[file.path] = Data(base64Encoded: file.content).map { Array($0) }
      case .lfsFile(let file):
        guard let object = objects[file.oid], let pointer = LFSPointer(oid: file.oid, size: Int64(object.count)) else {
          return FakeHub.refusal(422, "", "the object \(file.oid) was not sent")
        }
        files[file.path] = Array(pointer.text.utf8)
      case .deletedFile(let file): files[file.path] = nil
      default: return Answer(400, text: "an unknown line")
      }
    }
    add(id.name, [:], header.summary)
    let isPullRequest = request.target.contains("create_pr=1")
    let made = repositories[id.name]?.commits.popLast()
    if !isPullRequest, var made {
      made.files = files
      repositories[id.name]?.commits.append(made)
    }
    let oid = made?.id ?? ""
    let url = isPullRequest ? "\(endpoint)/\(id.name)/discussions/1" : nil
    return FakeHub.json(
      CommitAnswer(commitUrl: "\(endpoint)/\(id.name)/commit/\(oid)", commitOid: oid, pullRequestUrl: url))
  }

  /// LFS: what is there has no actions; a large object goes in parts, those that are there are named.
  mutating func lfs(
    _ id: RepositoryID, _ service: Route.LFSService, _ request: ReceivedRequest, _ endpoint: String
  ) -> Answer {
    switch service {
    case .batch:
      guard let question = try? JSONDecoder().decode(LFSBatchRequest.self, from: Data(request.body)) else {
        return Answer(400, text: "not JSON")
      }
      let base = (store ?? endpoint) + "/\(id.name).git/info/lfs/objects/"
      let answers = question.objects.map { object in
        LFSBatchAnswer.Object(
          oid: object.oid, size: object.size, actions: objects[object.oid] == nil ? actions(object, base) : nil)
      }
      return FakeHub.json(LFSBatchAnswer(transfer: "basic", objects: answers))
    case .object(let oid):
      objects[oid] = request.body
      return Answer(200)
    case .part(let oid, let number):
      parts[oid, default: [:]][number] = request.body
      return Answer(200, headers: ["ETag": "\"\(number)\""])
    case .completion(let oid):
      objects[oid] = (parts[oid] ?? [:]).sorted { $0.key < $1.key }.flatMap(\.value)
      return Answer(200, text: "{}")
    case .verification: return Answer(200, text: "{}")
    default: return Answer(404, text: "no locks")
    }
  }

  private func actions(_ object: LFSBatchRequest.Object, _ base: String) -> [String: LFSBatchAnswer.Action] {
    var upload = LFSBatchAnswer.Action(href: base + object.oid, header: ["X-Given": "yes"])
    if let partLength, object.size > partLength {
      let count = (Int(object.size) + partLength - 1) / partLength
      upload.href += "/complete"
      var header = ["chunk_size": "\(partLength)"]
      for number in 1...count { header[String(format: "%05d", number)] = "\(base)\(object.oid)/parts/\(number)" }
      let stored = (parts[object.oid] ?? [:]).keys.sorted().map {
        LFSCompletion.Part(partNumber: $0, etag: "\"\($0)\"")
      }
      // What this test makes can be encoded.
      if !stored.isEmpty {
        header["uploaded_parts"] = try? String(decoding: JSONEncoder().encode(stored), as: UTF8.self)
      }
      upload.header = header
    }
    let verify = LFSBatchAnswer.Action(href: base + "verify")
    return ["upload": upload, "verify": verify]
  }
}
