import Foundation
import HubModel
import Testing

/// What clients send, read and written again.
@Suite struct WireTests {
  static let lines: [(CommitLine, String)] = [
    (.header(.init(summary: "s")), #"{"key":"header","value":{"description":"","summary":"s"}}"#),
    (
      .header(.init(summary: "s", description: "d", parentCommit: "abcde")),
      #"{"key":"header","value":{"description":"d","parentCommit":"abcde","summary":"s"}}"#
    ),
    (
      .file(.init(path: "a/b", base64: "aGk=")),
      #"{"key":"file","value":{"content":"aGk=","encoding":"base64","path":"a/b"}}"#
    ),
    (
      .lfsFile(.init(path: "w", oid: "00", size: 3)),
      #"{"key":"lfsFile","value":{"algo":"sha256","oid":"00","path":"w","size":3}}"#
    ),
    (.deletedFile(.init(path: "a")), #"{"key":"deletedFile","value":{"path":"a"}}"#),
    (.deletedFolder(.init(path: "a/")), #"{"key":"deletedFolder","value":{"path":"a/"}}"#),
    (.copyFile(.init(path: "a", srcPath: "b")), #"{"key":"copyFile","value":{"path":"a","srcPath":"b"}}"#),
  ]

  @Test(arguments: lines) func `a line of a commit`(line: CommitLine, text: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    #expect(String(decoding: try encoder.encode(line), as: UTF8.self) == text)
    #expect(try JSONDecoder().decode(CommitLine.self, from: Data(text.utf8)) == line)
  }

  @Test(arguments: [#"{"key":"renameFile","value":{"path":"a"}}"#, #"{"key":"file","value":{"path":"a"}}"#, "{}"])
  func `a line that is not known is refused`(text: String) {
    #expect(throws: DecodingError.self) { try JSONDecoder().decode(CommitLine.self, from: Data(text.utf8)) }
  }

  @Test(
    arguments: [
      (#"{"name":"n"}"#, nil), (#"{"name":"n","visibility":"private"}"#, true),
      (#"{"name":"n","private":false}"#, false),
      (#"{"name":"n","visibility":"public","organization":null}"#, false),
    ] as [(String, Bool?)])
  func `old and new clients say whether a repository is private`(text: String, isPrivate: Bool?) throws {
    #expect(try JSONDecoder().decode(RepositoryRequest.self, from: Data(text.utf8)).isPrivate == isPrivate)
  }
}
