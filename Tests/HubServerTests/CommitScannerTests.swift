import Foundation
import HubModel
import HubTestSupport
import TestSupport
import Testing

@testable import HubServer

/// Bodies of commits, as they arrive.
@Suite struct CommitScannerTests {
  static let header = #"{"key": "header", "value": {"summary": "s", "description": "d"}}"#

  /// Feeds `body` in pieces of `size` bytes.
  static func scan(_ body: [UInt8], by size: Int, in directory: TemporaryDirectory) throws -> CommitScanner {
    var scanner = CommitScanner(spool: Spool(directory: directory.path))
    for start in stride(from: 0, to: body.count, by: size) {
      try body[start..<min(start + size, body.count)].withUnsafeBytes { try scanner.take($0) }
    }
    try scanner.finish()
    return scanner
  }

  static func contents(_ scanner: CommitScanner) throws -> [[UInt8]] {
    try scanner.operations.compactMap { operation in
      guard case .file(_, let bytes) = operation else { return nil }
      return try [UInt8](unsafeUninitializedCapacity: Int(bytes.length)) { buffer, count in
        try scanner.contents?.read(into: UnsafeMutableRawBufferPointer(buffer), at: bytes.offset)
        count = buffer.count
      }
    }
  }

  @Test(arguments: [1, 7, 4096, 1 << 20])
  func `the pieces in which a body comes make no difference`(size: Int) throws {
    let directory = try TemporaryDirectory()
    let large = (0..<(size < 4096 ? 10 : 1_000_000)).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let lines = [
      Self.header,
      #"{"value": {"path": "a\u002ftxt", "encoding": "utf-8", "content": "\"{é}\\\n"}, "key": "file"}"#,
      #"{"key":"file","value":{"content":"\#(Data(large).base64EncodedString())","path":"b","encoding":"base64"}}"#,
      #"{"key": "file", "value": {"content": "", "path": "c", "encoding": "base64"}}"#, "  ",
      #"{"key": "deletedFolder", "value": {"path": "d/"}}"#,
    ]
    let scanner = try Self.scan(Array(lines.joined(separator: "\r\n").utf8), by: size, in: directory)
    #expect(try Self.contents(scanner) == [Array("\"{é}\\\n".utf8), large, []])
    #expect(scanner.operations.last == .deletedFolder(try RepositoryPath("d")))
    #expect(try directory.listing().isEmpty, "the spool has a name")
  }

  @Test func `a line without end needs no memory`() throws {
    let directory = try TemporaryDirectory()
    var scanner = CommitScanner(spool: Spool(directory: directory.path))
    let piece = Array(String(repeating: "QUJD", count: 16 << 10).utf8)
    func take(_ text: [UInt8]) throws { try text.withUnsafeBytes { try scanner.take($0) } }
    try take(Array((Self.header + "\n" + #"{"key": "file", "value": {"content": ""#).utf8))
    for _ in 0..<96 {
      try take(piece)
      try #require(scanner.bytesInMemory <= 3 << 20)
    }
    try take(Array(#"", "path": "x", "encoding": "base64"}}"#.utf8))
    try scanner.finish()
    #expect(scanner.operations == [.file(try RepositoryPath("x"), SpooledBytes(offset: 0, length: 96 * 48 << 10))])
  }

  static let refused: [(String, String)] = [
    ("", "no header"), (#"{"key": "deletedFile", "value": {"path": "a"}}"#, "header comes first"),
    (header + "\n" + header, "header comes first"), (header + "\n{", "not JSON"), (header + "\n[]", "not JSON"),
    (header + "\n" + #"{"key": "chmod", "value": {"path": "a"}}"#, "'chmod' is not known"),
    (header + "\n" + #"{"key": "deletedFile", "value": {"path": "a", "mode": "120000"}}"#, "'mode' is not known"),
    (header + "\n" + #"{"key": "deletedFile", "value": {"path": "a"}, "x": 1}"#, "'x' is not known"),
  ]

  @Test(arguments: refused)
  func `what is no commit is refused with the reason`(body: String, reason: String) throws {
    let directory = try TemporaryDirectory()
    let refusal = #expect(throws: Refusal.self) { try Self.scan(Array(body.utf8), by: 64, in: directory) }
    #expect(refusal?.message.contains(reason) == true, "\(refusal?.message ?? "")")
  }

  @Test(arguments: ["QQ", "QQ=", "Q===", "QR==", "QUI=QUI=", "Q-_Q", "QU I", "=", "QQ==\\/"])
  func `a content that is not base64 is refused, short or long`(text: String) throws {
    let directory = try TemporaryDirectory()
    for front in ["", String(repeating: "QUJD", count: 270_000)] {
      let line = #"{"key": "file", "value": {"content": "\#(front + text)", "path": "x", "encoding": "base64"}}"#
      let body = Array((Self.header + "\n" + line).utf8)
      #expect(throws: Refusal.self) { try Self.scan(body, by: 4096, in: directory) }
    }
  }
}
