import HubModel
import Testing

@Suite struct NameTests {
  @Test(arguments: ["gpt2", "a/b", "org-1/model_2.x", String(repeating: "a", count: 96) + "/b"])
  func `a repository id is taken`(name: String) throws { #expect(try RepositoryID(name).name == name) }

  @Test(arguments: [
    "", "a b", "a/b/c", "a//b", "/a", "a/", "..", "../x", "a/..b", "a--b/c", "-a/b", "a/b.", "a/b.git", "a/é", "a\0b",
    "a\nb", "http://x/y", "a/b?x", String(repeating: "a", count: 97), String(repeating: "a", count: 300), "a\u{301}/b",
    "~/x", "./x",
  ])
  func `a malformed repository id is refused`(name: String) throws {
    let error = try #require(throws: HubError.self) { _ = try RepositoryID(name) }
    #expect(error.code == .invalidArgument)
    #expect(error.description.hasPrefix("The repository id '"))
  }

  @Test(arguments: ["main", "v1.0", "refs/pr/3", "feat/x", "0123abc", "ünïcode"])
  func `a revision is taken`(name: String) throws { #expect(try Revision(name).name == name) }

  @Test(arguments: [
    "", "a b", "../x", "/abs", "a/", "a//b", "a\0", "a\n", "..", ".x", "a/.b", "a.lock", "a..b", "HEAD~1", "a^", "a:b",
    "a?", "a*", "[a", "a\\b", "x@{1}", "@", "a.", String(repeating: "a", count: 256), "a/\u{301}../b", "./\u{301}.",
  ])
  func `a malformed revision is refused`(name: String) throws {
    let error = try #require(throws: HubError.self) { _ = try Revision(name) }
    #expect(error.code == .invalidArgument)
  }

  @Test func `only a full lowercase hash is a commit`() {
    #expect(CommitID(String(repeating: "a", count: 40)) != nil)
    for text in [String(repeating: "A", count: 40), String(repeating: "a", count: 39), "main", ""] {
      #expect(CommitID(text) == nil)
    }
  }

  @Test(arguments: ["a", "a/b.json", "x y", "é/ü", ".gitattributes", ".github/x", "CON", "ab:stream", "...", "git~2"])
  func `a path that stays inside is taken`(path: String) throws { #expect(try RepositoryPath(path).text == path) }

  @Test(arguments: [
    "", ".", "..", "../x", "a/../../x", "/abs", "C:x", "c:\\x", "..\\x", "\\\\host\\share", "a//b", "a/", "/", "a\0b",
    "a\nb", "a\u{1B}[2J", "a\u{202E}b", ".git/config", "a/.GIT/x", "GIT~1/x", ".g\u{200C}it/x", ".git./x", ".git /x",
    ".git::$INDEX_ALLOCATION/x", ".cache/huggingface/download/x", String(repeating: "n", count: 256),
    Array(repeating: "d", count: 65).joined(separator: "/"), "../\u{301}x", "a/\u{301}/../..", "..\u{2028}",
  ])
  func `a path that could escape is refused`(path: String) throws {
    let error = try #require(throws: HubError.self) { _ = try RepositoryPath(path) }
    #expect(error.code == .unsafePath)
    #expect(!error.description.unicodeScalars.contains { $0.value < 0x20 })
  }

  @Test func `a subfolder is joined and checked`() throws {
    #expect(try RepositoryPath("c.json", in: "scheduler/").text == "scheduler/c.json")
    #expect(try RepositoryPath("c.json", in: "").text == "c.json")
    #expect(try RepositoryPath("c.json", in: nil).text == "c.json")
    #expect(throws: HubError.self) { _ = try RepositoryPath("c.json", in: "../../etc") }
  }

  /// Random names from the characters that matter: adding one to a path is the same as checking the whole.
  @Test func `a name is added by the rules for paths`() throws {
    var generator = SystemRandomNumberGenerator()
    let alphabet: [Unicode.Scalar] = ["a", ".", "\\", ":", "\u{200C}", "g", "i", "t", "~", "1", " ", "\0", "-", "Z"]
    let long = String(repeating: "a/", count: 61) + "a"
    let folders = try ["d", ".cache", "unet/x", long].map { try RepositoryPath($0) }
    let names = [".git", "GIT~1", "huggingface", "..", "", String(repeating: "n", count: 300), "n", "a/b", "/"]
    for round in 0..<20_000 {
      var text = String.UnicodeScalarView()
      for _ in 0..<Int.random(in: 0...6) {
        text.append(alphabet[Int.random(in: alphabet.indices, using: &generator)])
      }
      let (folder, name) = (folders[round % 4], round < 36 ? names[round / 4] : String(text))
      let whole = name.contains("/") ? nil : try? RepositoryPath(folder.text + "/" + name)
      #expect((try? folder.appending(name)) == whole, "\(folder)/\(name)")
    }
    #expect(throws: HubError.self) { try RepositoryPath(long + "/a/a").appending("a") }
  }

  /// Random names from the characters that matter: whatever is accepted, joined to a folder, stays in it.
  @Test func `no accepted path has a component that moves`() {
    var generator = SystemRandomNumberGenerator()
    let alphabet: [Unicode.Scalar] = [
      "a", ".", "/", "\\", ":", "\u{301}", "\u{200C}", "g", "i", "t", "~", "1", " ", "\0",
    ]
    for _ in 0..<20_000 {
      var text = String.UnicodeScalarView()
      for _ in 0..<Int.random(in: 0...9) {
        text.append(alphabet[Int.random(in: alphabet.indices, using: &generator)])
      }
      guard let path = try? RepositoryPath(String(text)) else { continue }
      let bytes = path.text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
      #expect(!bytes.contains { $0.isEmpty || $0.elementsEqual(".".utf8) || $0.elementsEqual("..".utf8) }, "\(path)")
    }
  }
}

@Suite struct ETagTests {
  static let sha1 = String(repeating: "a", count: 40), sha256 = String(repeating: "b", count: 64)

  @Test(arguments: [
    ("\"\(sha1)\"", ETag.gitBlob(sha1)), (sha1, .gitBlob(sha1)), ("W/\"\(sha1)\"", .gitBlob(sha1)),
    ("\"\(sha256)\"", .sha256(sha256)),
  ])
  func `a content hash is read`(header: String, etag: ETag) { #expect(ETag(header: header) == etag) }

  @Test(arguments: [
    "", "\"\"", "..", "../../../tmp/x", "/etc/passwd", "hello", String(repeating: "A", count: 40), sha1 + "-10",
    String(repeating: "a", count: 32), sha1 + "/x", "\"\(sha1)-gzip\"",
  ])
  func `what is not a content hash is refused`(header: String) { #expect(ETag(header: header) == nil) }
}
