import TestSupport
import Testing

/// What a hub can answer, and what the program makes of it.
@Suite struct RefusalTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let answer: Answer
    let status: Int
    let code: String
    var testDescription: String { code }
  }

  static func refusal(_ status: Int, _ code: String = "", _ message: String = "No.") -> Answer {
    Answer(status, headers: ["X-Error-Code": code, "X-Error-Message": message], text: message)
  }

  static let rows = [
    Row(answer: refusal(404, "RepoNotFound"), status: 3, code: "repositoryNotFound"),
    Row(answer: refusal(404, "RevisionNotFound"), status: 3, code: "revisionNotFound"),
    Row(answer: refusal(404, "EntryNotFound"), status: 3, code: "entryNotFound"),
    Row(answer: refusal(403, "GatedRepo"), status: 4, code: "gated"),
    Row(answer: refusal(403), status: 4, code: "forbidden"),
    Row(answer: refusal(400), status: 5, code: "status"),
    Row(answer: Answer(text: "<html>log in"), status: 5, code: "protocolViolation"),
  ]

  @Test(arguments: rows)
  func `each refusal has its exit status and its object`(row: Row) async throws {
    let server = try FaultServer { _ in row.answer }
    let outcome = try await Dhub(endpoint: server.endpoint).run("download", "org/model", "f.json", "--json")
    #expect(outcome.status == row.status, "\(outcome.errorText)")
    let error = try #require(try outcome.object()["error"] as? [String: Any])
    #expect(error["code"] as? String == row.code && error["exit_status"] as? Int == row.status)
    #expect((error["message"] as? String)?.hasSuffix(".") == true)
    #expect(outcome.errorText.hasPrefix("error: "))
  }

  @Test func `a token that the hub does not know`() async throws {
    let server = try FaultServer { _ in Self.refusal(401, "", "Invalid credentials in Authorization header") }
    var dhub = try Dhub(endpoint: server.endpoint)
    dhub.variables["HF_TOKEN"] = "hf_wrong"
    let outcome = try await dhub.run("download", "org/model", "f.json")
    #expect(outcome.status == 4, "\(outcome.errorText)")
    #expect(!outcome.errorText.contains("hf_wrong"))
  }

  @Test func `a hub's words cannot touch the terminal`() async throws {
    let words = "\u{1B}[2J\u{1B}]0;owned\u{07}\u{202E}no\r\nSUCCESS"
    let server = try FaultServer { _ in Answer(404, headers: ["X-Error-Code": "EntryNotFound"], text: words) }
    for json in [[], ["--json"]] {
      let outcome = try await Dhub(endpoint: server.endpoint).run(["download", "org/model", "f.json"] + json)
      #expect(outcome.status == 3)
      for forbidden in ["\u{1B}", "\u{07}", "\u{202E}", "\nSUCCESS", "\r"] {
        #expect(!outcome.errorText.contains(forbidden) && !outcome.text.contains(forbidden))
      }
    }
  }

  @Test func `a hub that cannot be reached`() async throws {
    let outcome = try await Dhub().run("download", "org/model", "f.json", "--json")
    #expect(outcome.status == 5)
    #expect((try outcome.object()["error"] as? [String: Any])?["code"] as? String == "network")
  }

  @Test func `wrong bytes are not published, and the status says so`() async throws {
    let tag = String(repeating: "a", count: 40)
    let headers: KeyValuePairs = ["X-Repo-Commit": tag, "ETag": "\"\(tag)\""]
    let server = try FaultServer { _ in Answer(headers: headers, text: "not these") }
    let dhub = try Dhub(endpoint: server.endpoint)
    let outcome = try await dhub.run("download", "org/model", "f.json")
    #expect(outcome.status == 6 && outcome.output.isEmpty, "\(outcome.errorText)")
    #expect(!(try dhub.home.listing()).contains { $0.hasSuffix("blobs/\(tag)") || $0.hasSuffix("f.json") })
  }
}
