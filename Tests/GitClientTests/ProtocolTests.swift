import HubModel
import TestSupport
import Testing

@testable import GitClient

/// The lines of git's protocol, honest ones and others.
@Suite struct ProtocolTests {
  /// Everything that a reader makes of `text`, given to it in pieces of `count` bytes.
  private func lines(_ text: String, _ count: Int) throws -> [PacketLine] {
    var (reader, lines) = (PacketReader(), [PacketLine]())
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      reader.append(rest.prefix(count))
      rest = rest.dropFirst(count)
      while let line = try reader.next() { lines.append(line) }
    }
    #expect(reader.isAtEnd)
    return lines
  }

  @Test(arguments: [1, 2, 3, 5, 7, 1000])
  func `lines come out as they went in, whatever the pieces`(count: Int) throws {
    let sent: [PacketLine] = [
      .text("version 2"), .data([]), .delimiter, .data([0, 255, 10]), .flush, .responseEnd, .text(""),
    ]
    let text = String(decoding: [PacketLine.text("version 2"), .data([]), .delimiter].bytes, as: UTF8.self)
    #expect(text == "000eversion 2\n00040001")
    var (reader, received) = (PacketReader(), [PacketLine]())
    var rest = sent.bytes[...]
    while !rest.isEmpty {
      reader.append(rest.prefix(count))
      rest = rest.dropFirst(count)
      while let line = try reader.next() { received.append(line) }
    }
    #expect(received == sent && reader.isAtEnd)
  }

  @Test(arguments: ["0003", "00g4", "+123", " 123", "fff1", "ffff", "-001", "0x04", "\u{0}\u{0}\u{0}\u{0}", "<htm"])
  func `a length that is none is refused`(digits: String) {
    var reader = PacketReader(Array(digits.utf8))
    let error = #expect(throws: HubError.self) { try reader.next() }
    #expect(error?.code == .protocolViolation)
  }

  @Test func `the longest line is read, and held alone`() throws {
    let line = PacketLine.data(Array(repeating: 7, count: PacketLine.maximumLength - 4))
    var reader = PacketReader()
    for _ in 0..<20 {
      reader.append(line.bytes)
      #expect(try reader.next() == line)
      #expect(try reader.next() == nil)
    }
  }

  @Test(arguments: ["0", "000", "0005", "000ashort"])
  func `a message that is cut short is refused`(text: String) {
    var reader = PacketReader(Array(text.utf8))
    let error = #expect(throws: HubError.self) { while try reader.nextOfWhole() != nil {} }
    #expect(error?.code == .protocolViolation)
  }

  @Test func `a server's error is told in its words`() {
    let error = #expect(throws: HubError.self) {
      try Advertisement(PacketLine.text("ERR access \u{1B}[31mdenied").bytes)
    }
    #expect(error?.code == .repository)
    #expect(error?.context.serverMessage == "access \u{1B}[31mdenied")
    #expect(error?.description.contains("\u{1B}") == false)
  }

  // MARK: What a server offers

  private let one = String(repeating: "1", count: 40), two = String(repeating: "2", count: 40)

  private func advertisement(_ lines: [PacketLine]) throws -> Advertisement { try Advertisement(lines.bytes) }

  @Test(arguments: [
    [PacketLine.text("# service=git-upload-pack"), .flush], [], [.text("version 1")],
  ])
  func `version 0 lists refs, with HEAD's branch`(preface: [PacketLine]) throws {
    let offer = try advertisement(
      preface + [
        .text("\(one) HEAD\0report-status symref=HEAD:refs/heads/trunk agent=git/2"), .text("\(one) refs/heads/trunk"),
        .text("\(two) refs/tags/v1"), .text("\(one) refs/tags/v1^{}"), .text("shallow \(one)"), .flush,
      ])
    guard case .references(let references, let capabilities) = offer else {
      Issue.record("not version 0")
      return
    }
    #expect(references.head == "refs/heads/trunk")
    #expect(references["refs/tags/v1"]?.hex == two)
    #expect(references.commits.count == 3)
    #expect(capabilities.contains("report-status") && capabilities.value("agent") == "git/2")
  }

  @Test func `an empty repository lists its capabilities alone, or nothing`() throws {
    guard case .references(let none, _) = try advertisement([.text("# service=git-upload-pack"), .flush, .flush]) else {
      Issue.record("not version 0")
      return
    }
    #expect(none.commits.isEmpty)
    let zeros = String(repeating: "0", count: 40)
    let offer = try advertisement([.text("\(zeros) capabilities^{}\0report-status"), .flush])
    guard case .references(let references, let capabilities) = offer else {
      Issue.record("not version 0")
      return
    }
    #expect(references.commits.isEmpty && references.head == nil && capabilities.contains("report-status"))
  }

  @Test func `an old server's HEAD is guessed`() throws {
    let offer = try advertisement([
      .text("\(one) HEAD\0x"), .text("\(one) refs/heads/a"), .text("\(one) refs/heads/master"), .flush,
    ])
    guard case .references(let references, _) = offer else {
      Issue.record("not version 0")
      return
    }
    #expect(references.head == "refs/heads/master")
  }

  @Test func `version 2 lists commands`() throws {
    let offer = try advertisement([
      .text("version 2"), .text("ls-refs=unborn"), .text("fetch=shallow filter wait-for-done"), .flush,
    ])
    #expect(offer.capabilities.canSendTreesAlone && offer.capabilities.has("unborn", of: "ls-refs"))
    #expect(try !advertisement([.text("version 2"), .text("fetch=shallow"), .flush]).capabilities.canSendTreesAlone)
  }

  static let strangeOffers: [(lines: [PacketLine], code: HubError.Code)] = [
    ([], .protocolViolation), ([.text("hello")], .protocolViolation),
    ([.text("# service=git-upload-pack"), .text("version 2")], .protocolViolation),
    ([.text("\(String(repeating: "1", count: 39)) HEAD\0x"), .flush], .protocolViolation),
    ([.text("\(String(repeating: "A", count: 40)) HEAD\0x"), .flush], .protocolViolation),
    ([.text("\(String(repeating: "1", count: 40)) HEAD\0x")], .protocolViolation),
    ([.text("\(String(repeating: "1", count: 40)) HEAD\0x"), .delimiter, .flush], .protocolViolation),
    ([.text("version 2"), .delimiter, .flush], .protocolViolation),
    ([.text("version 2"), .text("object-format=sha256"), .flush], .repository),
  ]

  @Test(arguments: strangeOffers)
  func `what is no offer is refused`(lines: [PacketLine], code: HubError.Code) {
    let error = #expect(throws: HubError.self) { try Advertisement(lines.bytes) }
    #expect(error?.code == code)
  }

  @Test func `too many refs are too many`() {
    var lines: [PacketLine] = []
    for number in 0...100_000 { lines.append(.text("\(one) refs/heads/\(number)")) }
    let error = #expect(throws: HubError.self) { try Advertisement((lines + [.flush]).bytes) }
    #expect(error?.code == .limitExceeded)
  }

  @Test func `the branch of an empty repository, and of one with commits`() throws {
    var references = RemoteReferences()
    try references.add(listed: "unborn HEAD symref-target:refs/heads/trunk")
    #expect(references.head == "refs/heads/trunk" && references.commits.isEmpty)
    try references.add(listed: "\(one) refs/heads/main peeled:\(two)")
    #expect(references["refs/heads/main"]?.hex == one)
    #expect(throws: HubError.self) { try references.add(listed: "unborn") }
    #expect(throws: HubError.self) { try references.add(listed: "nonsense refs/heads/x") }
  }

  @Test(arguments: ["main", "refs/", "refs/heads/..", "refs/heads/a b", "", "HEAD", "refs/heads/x\n"])
  func `a ref is a full name`(name: String) {
    let error = #expect(throws: HubError.self) { try RemoteHead.Target(name, RemoteReferences()) }
    #expect(error?.code == .invalidArgument)
    var references = RemoteReferences()
    references.head = name
    let other = #expect(throws: HubError.self) { try RemoteHead.Target(nil, references) }
    #expect(other?.code == .protocolViolation)
  }

  // MARK: What is asked

  @Test func `requests say what they want and no more than the server knows`() throws {
    let commit = try #require(CommitID(one))
    var server = Capabilities()
    #expect(
      String(decoding: UploadPackRequest.trees(of: commit).bytes(for: server), as: UTF8.self)
        == "0012command=fetch\n00010010no-progress\n000eofs-delta\n0032want \(one)\n000ddeepen 1\n"
        + "0015filter blob:none\n0009done\n0000")
    for word in ["agent=git", "object-format=sha1", "ls-refs=unborn"] { server.add(word) }
    #expect(
      String(decoding: UploadPackRequest.references(["refs/heads/x"], server).bytes(for: server), as: UTF8.self)
        == "0014command=ls-refs\n001eagent=diffusion-hub/0.1.0\n0017object-format=sha1\n0001000csymrefs\n000bunborn\n"
        + "0014ref-prefix HEAD\n001cref-prefix refs/heads/x\n0000")
  }
}
