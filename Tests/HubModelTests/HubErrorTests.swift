import Foundation
import HubModel
import Testing

/// What users read is tested as text.
@Suite struct HubErrorTests {
  static func context(_ file: String? = nil, says: String? = nil) throws -> HubError.Context {
    HubError.Context(repository: try RepositoryID("org/model"), revision: .main, file: file, serverMessage: says)
  }

  @Test func `an error is a sentence and a remedy`() throws {
    let rows: [(HubError, String)] = [
      (
        HubError(.notCached(files: ["c.json"], mode: .variable("HF_HUB_OFFLINE")), context: try Self.context("c.json")),
        """
        Not in the cache: 'c.json' of 'org/model' at revision 'main'.
        hint: fetch it with HF_HUB_OFFLINE unset: dhub download org/model c.json
        """
      ),
      (
        HubError(.entryNotFound, context: try Self.context("c.json", says: "Entry not found")),
        "There is no 'c.json' of 'org/model' at revision 'main'. The hub says: \"Entry not found\"."
      ),
      (
        HubError(.gated, context: try Self.context()),
        """
        Access to 'org/model' is restricted, and has not been granted.
        hint: ask for access on the repository's page, then pass the token of the account that was granted it
        """
      ),
      (
        HubError(.integrity(expected: "sha256 aa", got: "sha256 bb"), context: try Self.context("w")),
        """
        The bytes of 'w' of 'org/model' at revision 'main' are not the ones announced: expected sha256 aa, got sha256 \
        bb. Nothing was stored.
        hint: try again; when it happens every time, the file is damaged on the hub or on the way
        """
      ),
    ]
    for (error, text) in rows { #expect(error.explanation == text) }
  }

  @Test func `every kind of problem has a sentence`() {
    let problems: [HubError.Problem] = [
      .invalidArgument(name: "n", value: nil, reason: "r"), .unsafePath("p", reason: "r"), .repositoryNotFound,
      .revisionNotFound, .entryNotFound, .gated, .disabled, .unauthorized, .tokenRequired(searched: ["p"]), .forbidden,
      .rateLimited(retryAfter: 3),
      .status(500), .network("r"), .timeout("r"), .protocolViolation("r"), .limitExceeded("r"),
      .integrity(expected: "a", got: "b"), .notCached(files: [], mode: .argument), .offline(.argument),
      .cache(path: "p", reason: "r"),
      .lockTimeout(path: "p", seconds: 1), .diskFull(path: "p", needed: 2, free: 1), .readOnly(path: "p"),
      .permission(path: "p"), .system(call: "open", path: "p", errno: 5), .conflict("r"), .repository(reason: "r"),
      .rejected("r"), .uncertain("r"),
      .configuration(source: "s", reason: "r"), .checkpoint(file: "f", reason: "r"),
      .unsafeCheckpoint(file: "f", global: "os.system"), .cancelled,
    ]
    #expect(Set(problems.map { HubError($0).code }) == Set(HubError.Code.allCases))
    for problem in problems { #expect(HubError(problem).description.hasSuffix(".")) }
  }

  @Test func `a server's words cannot touch the terminal`() throws {
    let error = HubError(.status(500), context: try Self.context(says: "\u{1B}[2J\r\nok \u{202E}x"))
    #expect(error.description.hasSuffix(#"The hub says: "\u{1b}[2J\u{d}\u{a}ok \u{202e}x"."#))
  }

  @Test(arguments: [("a", "a"), ("a b", "'a b'"), ("it's", "'it'\\''s'"), ("", "''"), ("$x", "'$x'")])
  func `a word is quoted for the shell`(word: String, quoted: String) { #expect(shellQuoted(word) == quoted) }
}

@Suite struct OriginTests {
  @Test(arguments: [
    ("https://H/x", "https://h:443"), ("http://h:8080", "http://h:8080"), ("http://u:p@h/", "http://h:80"),
  ])
  func `an origin is scheme, host and port`(url: String, origin: String) throws {
    #expect(Origin(try #require(URL(string: url)))?.description == origin)
  }

  @Test(arguments: ["file:///etc/passwd", "ftp://h/x", "/relative", "gopher://h"])
  func `other schemes have no origin`(url: String) throws { #expect(Origin(try #require(URL(string: url))) == nil) }

  @Test func `a logged URL carries no secret`() throws {
    let url = try #require(URL(string: "https://u:p@h/x?X-Amz-Signature=s#f"))
    #expect(url.redacted == "https://h/x")
  }
}
