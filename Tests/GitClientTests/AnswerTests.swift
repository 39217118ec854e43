import HubModel
import Testing

@testable import GitClient

/// Answers of servers, as values: what is in them, and what is wrong with them.
@Suite struct AnswerTests {
  private func band(_ number: UInt8, _ text: String) -> PacketLine { .data([number] + Array(text.utf8)) }

  // MARK: fetch

  /// The pack and the words in an answer.
  private func fetched(_ lines: [PacketLine]) throws -> (pack: String, message: String, isComplete: Bool) {
    var (answer, pack, message) = (FetchAnswer(), [UInt8](), "")
    for line in lines {
      switch try answer.take(line) {
      case .pack(let bytes): pack += bytes
      case .message(let text): message += text
      case .none: break
      }
    }
    return (String(decoding: pack, as: UTF8.self), message, answer.isComplete)
  }

  @Test func `a pack comes in bands, after what is said about history`() throws {
    let answer = try fetched([
      .text("shallow-info"), .text("shallow \(String(repeating: "1", count: 40))"), .delimiter, .text("packfile"),
      band(1, "PA"), band(2, "busy\r"), band(1, "CK"), .flush,
    ])
    #expect(answer.pack == "PACK" && answer.message == "busy\r" && answer.isComplete)
    #expect(try !fetched([.text("packfile"), band(1, "PA")]).isComplete)
  }

  @Test func `a pack in the wrong order, in no band or without an end is refused`() {
    let rows: [([PacketLine], HubError.Code)] = [
      ([.flush], .protocolViolation), ([.responseEnd], .protocolViolation),
      ([.text("packfile"), .delimiter], .protocolViolation),
      ([.text("packfile"), .data([])], .protocolViolation), ([.text("packfile"), band(4, "x")], .protocolViolation),
      ([.text("packfile"), .flush, band(1, "more")], .protocolViolation),
      ([.text("packfile"), band(3, "out of memory\n")], .repository),
      ([.text("ERR upload-pack: not our ref")], .repository),
      (Array(repeating: .text("shallow"), count: 10_001), .limitExceeded),
    ]
    for (lines, code) in rows {
      let error = #expect(throws: HubError.self) { try fetched(lines) }
      #expect(error?.code == code, "\(lines.prefix(3))")
    }
  }

  // MARK: push

  private let reference = "refs/heads/main"

  /// The report in bands, with words of a hook before it.
  private func banded(_ report: [String], words: [String] = []) -> [UInt8] {
    let inner = (report.map(PacketLine.text) + [.flush]).bytes
    // Cut in the middle: the bands need not keep lines together.
    let cut = inner.count / 2
    return
      (words.map { band(2, $0) } + [.data([1] + inner[..<cut]), .data([1] + inner[cut...]), .flush]).bytes
  }

  @Test func `a report says what moved`() throws {
    let lines = ["unpack ok", "ok \(reference)"]
    let report = try ReportStatus(banded(lines, words: ["hello ", "there\n"]), isBanded: true)
    try report.check(reference)
    #expect(report.message == "hello there")
    try ReportStatus((lines.map(PacketLine.text) + [.flush]).bytes, isBanded: false).check(reference)
  }

  @Test(arguments: [
    ("non-fast-forward", HubError.Code.conflict), ("fetch first", .conflict), ("stale info", .conflict),
    ("failed to update ref", .conflict), ("cannot lock ref 'refs/heads/main': is at 1 but expected 2", .conflict),
    ("incorrect old value provided", .conflict), ("reference already exists", .conflict),
    ("pre-receive hook declined", .rejected), ("protected branch hook declined", .rejected),
    ("deny updating a hidden ref", .rejected), ("missing necessary objects", .rejected),
  ])
  func `why a ref did not move decides what it is`(reason: String, code: HubError.Code) throws {
    let report = try ReportStatus(
      banded(["unpack ok", "ng \(reference) \(reason)"], words: ["Not like that.\n"]), isBanded: true)
    let error = #expect(throws: HubError.self) { try report.check(reference) }
    #expect(error?.code == code)
    #expect(error?.context.serverMessage == "Not like that.")
    #expect(error?.description.contains(reason) == true)
  }

  @Test func `what is no report is no success`() {
    let rows: [([UInt8], HubError.Code)] = [
      ([], .protocolViolation), (banded([]), .protocolViolation), (banded(["unpack ok"]), .protocolViolation),
      (banded(["unpack ok", "ok refs/heads/other"]), .protocolViolation), (banded(["hello world"]), .protocolViolation),
      (banded(["ok"]), .protocolViolation), (Array("<html>".utf8), .protocolViolation),
      (banded(["unpack index-pack abnormal exit", "ng \(reference) unpacker error"]), .rejected),
      (band(3, "disk full").bytes, .repository),
      (Array(banded(["unpack ok", "ok \(reference)"]).dropLast(30)), .protocolViolation),
    ]
    for (body, code) in rows {
      let error = #expect(throws: HubError.self) { try ReportStatus(body, isBanded: true).check(reference) }
      #expect(error?.code == code, "\(String(decoding: body, as: UTF8.self))")
    }
  }

  @Test func `endless words are cut`() throws {
    let words = Array(repeating: String(repeating: "x", count: 1000), count: 100)
    let report = try ReportStatus(banded(["unpack ok", "ok \(reference)"], words: words), isBanded: true)
    #expect(report.message.utf8.count == 16_000)
  }

  // MARK: where

  @Test func `a remote is a path or a URL without secrets`() throws {
    #expect(try GitRemote("/srv/model.git/").description == "/srv/model.git")
    #expect(try GitRemote("file:///srv/a%20b.git").description == "/srv/a b.git")
    #expect(try GitRemote("file:///srv/model.git").origin == nil)
    #expect(try GitRemote("https://git.example/org/model/").description == "https://git.example/org/model")
    #expect(try GitRemote("HTTPS://Git.Example:443/m.git").origin?.description == "https://git.example:443")
    let named = try GitRemote("https://ada%40example.org@git.example/m.git/")
    #expect(named.description == "https://git.example/m.git" && named.user == "ada@example.org")
    for text in [
      "https://user%0Apassword=x@host/x", "https://glpat-0123456789abcdefghijklmn@host/x",
      "https://user:hf_secretSecret@host/x", "https://hf_secretSecret@host/x", "https://host/x?token=hf_secretSecret",
      "https://host/x#hf_secretSecret", "ssh://git@hf_secretSecret/x", "", "a\nb", "file://otherhost/x",
      "https://", "git://host/x",
    ] {
      let error = #expect(throws: HubError.self) { try GitRemote(text) }
      #expect(error?.code == .invalidArgument, "\(text)")
      #expect(error?.explanation.contains("https://user") != true && error?.explanation.contains("?token") != true)
      if !text.hasPrefix("ssh:") { #expect(error?.explanation.contains("hf_secretSecret") == false, "\(text)") }
    }
  }
}
